// How a worker's death is written down: by a handler of the signals that its own code brings about, and by
// one of exit. Nothing here allocates, locks or calls what may.
#define _GNU_SOURCE
#include "crash_layout.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

enum {
  STACK_SCANNED = 64 << 10,  // bytes above the innermost frame
  STACK_PIECE = 4096,
};

static crash_record *watched;
// Those of faults, and those that end a process in which nobody waits for them.
static const int deadly[] = {SIGSEGV, SIGBUS,  SIGILL,    SIGFPE,  SIGABRT, SIGTRAP, SIGSYS,    SIGQUIT, SIGUSR2,
                             SIGALRM, SIGPROF, SIGVTALRM, SIGXCPU, SIGXFSZ, SIGIO,   SIGSTKFLT, SIGPWR};

static uint32_t thread_id(void) { return (uint32_t)syscall(SYS_gettid); }

// The kernel reads for us: an address that means nothing is an error, and not another signal.
static int read_memory(uint64_t address, void *into, size_t size) {
  struct iovec local = {into, size};
  struct iovec remote = {(void *)(uintptr_t)address, size};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)size;
}

// True for the one thread that writes the end down; a second one that dies meanwhile adds nothing.
static int claim_end(crash_record *record, uint32_t kind) {
  uint32_t none = CRASH_NONE;
  return __atomic_load_n(&record->clean, __ATOMIC_ACQUIRE) == 0 &&
         __atomic_compare_exchange_n(&record->end.kind, &none, kind, 0, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

static void note_thread(crash_record *record) {
  crash_end *end = &record->end;
  end->thread = thread_id();
  for (int index = 0; index < CRASH_THREADS; index++) {
    const crash_thread *thread = &record->threads[index];
    if (thread->id != end->thread) continue;
    end->agent = thread->agent;
    end->token = thread->token;
    return;
  }
}

static void walk_frames(crash_end *end, uint64_t instruction, uint64_t frame) {
  end->frames[0] = instruction;
  end->frame_count = 1;
  while (end->frame_count < CRASH_FRAMES) {
    uint64_t pair[2];  // the caller's frame, and where it goes on
    if (frame == 0 || frame % 8 != 0 || !read_memory(frame, pair, sizeof pair) || pair[1] == 0) return;
    end->frames[end->frame_count++] = pair[1];
    if (pair[0] <= frame) return;
    // Swift marks the frames of asynchronous functions in the topmost half.
    frame = pair[0] & ~(UINT64_C(1) << 60);
  }
}

static int is_in_library(const crash_record *record, uint64_t address) {
  for (uint32_t index = 0; index < record->library_count; index++)
    if (address >= record->libraries[index].start && address < record->libraries[index].end) return 1;
  return 0;
}

// Code without frame pointers ends the walk: what lies on the stack still says whose code it is.
static void scan_stack(crash_record *record, uint64_t stack) {
  crash_end *end = &record->end;
  uint64_t words[STACK_PIECE / sizeof(uint64_t)];
  stack &= ~UINT64_C(7);
  for (uint64_t done = 0; done < STACK_SCANNED; done += STACK_PIECE) {
    if (!read_memory(stack + done, words, sizeof words)) return;
    for (size_t index = 0; index < sizeof words / sizeof *words; index++) {
      if (!is_in_library(record, words[index])) continue;
      end->words[end->word_count++] = words[index];
      if (end->word_count == CRASH_WORDS) return;
    }
  }
}

static void note_code(crash_record *record, const ucontext_t *context) {
#if defined(__x86_64__)
  uint64_t instruction = (uint64_t)context->uc_mcontext.gregs[REG_RIP];
  uint64_t frame = (uint64_t)context->uc_mcontext.gregs[REG_RBP];
  uint64_t stack = (uint64_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
  uint64_t instruction = context->uc_mcontext.pc;
  uint64_t frame = context->uc_mcontext.regs[29];
  uint64_t stack = context->uc_mcontext.sp;
#endif
  walk_frames(&record->end, instruction, frame);
  scan_stack(record, stack);
}

static void died(int number, siginfo_t *information, void *context) {
  int error = errno;
  crash_record *record = watched;
  int is_fault = information->si_code > 0;
  // Sent by another process, it says nothing of the thread that it met.
  int is_own = is_fault || information->si_pid == getpid();
  if (record != NULL && is_own && claim_end(record, CRASH_SIGNAL)) {
    record->end.number = number;
    if (is_fault) record->end.address = (uint64_t)(uintptr_t)information->si_addr;
    note_thread(record);
    note_code(record, context);
  }
  errno = error;
  // The handler was for one signal only: this one ends the process.
  signal(number, SIG_DFL);
  syscall(SYS_tgkill, getpid(), (int)thread_id(), number);
}

static void exited(int status, void *unused) {
  (void)unused;
  crash_record *record = watched;
  if (record == NULL || !claim_end(record, CRASH_EXIT)) return;
  record->end.number = status;
  note_thread(record);
  uint64_t here = (uint64_t)(uintptr_t)&status;
  scan_stack(record, here);
}

void crash_thread_ended(void *ended) {
  crash_record *record = ended;
  if (claim_end(record, CRASH_THREAD)) note_thread(record);
  // What the thread was to do is lost, and its call would never end.
  if (record == watched) _exit(CRASH_THREAD_STATUS);
}

int crash_watch(crash_record *record) {
  watched = record;
  struct sigaction action = {.sa_sigaction = died, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  sigemptyset(&action.sa_mask);
  for (size_t index = 0; index < sizeof deadly / sizeof *deadly; index++)
    if (sigaction(deadly[index], &action, NULL) != 0) return errno;
  return on_exit(exited, NULL) == 0 ? 0 : ENOMEM;
}

void crash_clean(crash_record *record) { __atomic_store_n(&record->clean, 1, __ATOMIC_RELEASE); }
