#define _GNU_SOURCE
#include "crash_layout.h"

#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const char magic[8] = "AGHOSTR";

// The handler keeps one page of another stack on it, and calls nothing deep.
enum { SIGNAL_STACK = 64 << 10 };

static _Thread_local void *signal_stack;

static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t entered_key;

static void make_key(void) { pthread_key_create(&entered_key, crash_thread_ended); }

void crash_text_set(crash_text *text, const void *bytes, uint64_t length) {
  size_t kept = length < sizeof text->bytes ? (size_t)length : sizeof text->bytes;
  if (kept > 0) memcpy(text->bytes, bytes, kept);
  text->length = length > UINT32_MAX ? UINT32_MAX : (uint32_t)length;
}

void crash_record_init(crash_record *record) {
  memcpy(record->magic, magic, sizeof magic);
  record->layout = CRASH_LAYOUT;
}

int crash_record_is_valid(const crash_record *record) {
  return memcmp(record->magic, magic, sizeof magic) == 0 && record->layout == CRASH_LAYOUT;
}

typedef struct {
  uint64_t symbol, start, end;
} image_search;

static int find_image(struct dl_phdr_info *image, size_t size, void *context) {
  (void)size;
  image_search *search = context;
  uint64_t start = UINT64_MAX, end = 0;
  for (int index = 0; index < image->dlpi_phnum; index++) {
    const ElfW(Phdr) *header = &image->dlpi_phdr[index];
    if (header->p_type != PT_LOAD) continue;
    uint64_t first = image->dlpi_addr + header->p_vaddr;
    if (first < start) start = first;
    if (first + header->p_memsz > end) end = first + header->p_memsz;
  }
  if (search->symbol < start || search->symbol >= end) return 0;
  search->start = start;
  search->end = end;
  return 1;
}

int crash_add_library(crash_record *record, const void *symbol) {
  if (record->library_count == CRASH_LIBRARIES) return -1;
  image_search search = {(uint64_t)(uintptr_t)symbol, 0, 0};
  dl_iterate_phdr(find_image, &search);
  crash_library *library = &record->libraries[record->library_count];
  library->start = search.start;
  library->end = search.end;
  return (int)record->library_count++;
}

int crash_add_agent(crash_record *record, uint32_t library) {
  if (record->agent_count == CRASH_AGENTS) return -1;
  record->agents[record->agent_count].library = library;
  return (int)record->agent_count++;
}

// The token is what says that the slot's other fields are whole: written after them, and removed alone.
void crash_call_begin(crash_record *record, uint32_t slot, uint64_t token, uint32_t agent) {
  if (slot >= CRASH_CALLS) return;
  uint32_t count = __atomic_load_n(&record->call_count, __ATOMIC_RELAXED);
  while (slot >= count && !__atomic_compare_exchange_n(
             &record->call_count, &count, slot + 1, 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
  }
  record->calls[slot].agent = agent;
  __atomic_store_n(&record->calls[slot].token, token, __ATOMIC_RELEASE);
}

void crash_call_end(crash_record *record, uint32_t slot, uint64_t token) {
  if (slot >= CRASH_CALLS) return;
  __atomic_compare_exchange_n(&record->calls[slot].token, &token, 0, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

static uint32_t thread_id(void) { return (uint32_t)syscall(SYS_gettid); }

static void give_signal_stack(void) {
  void *memory = mmap(NULL, SIGNAL_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;  // Then an overflow of the stack says less of itself.
  stack_t stack = {.ss_sp = memory, .ss_size = SIGNAL_STACK};
  if (sigaltstack(&stack, NULL) != 0) {
    munmap(memory, SIGNAL_STACK);
    return;
  }
  signal_stack = memory;
}

static void take_signal_stack(void) {
  if (signal_stack == NULL) return;
  stack_t none = {.ss_flags = SS_DISABLE};
  if (sigaltstack(&none, NULL) == 0) munmap(signal_stack, SIGNAL_STACK);
  signal_stack = NULL;
}

int crash_thread_enter(crash_record *record) {
  give_signal_stack();
  pthread_once(&key_once, make_key);
  pthread_setspecific(entered_key, record);
  uint32_t id = thread_id();
  for (int index = 0; index < CRASH_THREADS; index++) {
    uint32_t none = 0;
    if (__atomic_compare_exchange_n(&record->threads[index].id, &none, id, 0, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED)) {
      __atomic_store_n(&record->threads[index].lowered, 0, __ATOMIC_RELAXED);
      return index;
    }
  }
  return -1;
}

void crash_thread_leave(crash_record *record, int thread) {
  pthread_setspecific(entered_key, NULL);
  take_signal_stack();
  if (thread < 0) return;
  crash_thread_run(record, thread, -1, 0);
  __atomic_store_n(&record->threads[thread].id, 0, __ATOMIC_RELEASE);
}

void crash_thread_run(crash_record *record, int thread, int agent, uint64_t token) {
  if (thread < 0) return;
  crash_thread *slot = &record->threads[thread];
  uint64_t since = 0;
  if (agent >= 0 || token != 0) {
    struct timespec now;
    // Some milliseconds late, and a fifth of the cost.
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    since = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  }
  __atomic_store_n(&slot->agent, (uint32_t)(agent + 1), __ATOMIC_RELAXED);
  __atomic_store_n(&slot->token, token, __ATOMIC_RELAXED);
  __atomic_store_n(&slot->since, since, __ATOMIC_RELEASE);
}

void crash_thread_lower(crash_record *record, uint32_t thread) {
  __atomic_store_n(&record->threads[thread].lowered, 1, __ATOMIC_RELAXED);
}
