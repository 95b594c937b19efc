#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/mman.h>
#include <unistd.h>

int process_set_parent_death_signal(int signal_number) {
  return prctl(PR_SET_PDEATHSIG, (unsigned long)signal_number, 0UL, 0UL, 0UL);
}

// The pidfd calls go by number: glibc names them from 2.36 on only.
int process_open_pidfd(int pid) {
  return (int)syscall(SYS_pidfd_open, pid, 0U);
}

int process_signal_pidfd(int pidfd, int signal_number) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0U);
}

int process_open_pipe(int ends[2]) {
  return pipe2(ends, O_CLOEXEC);
}

int process_open_signal_descriptor(const void *signals) {
  return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int process_read_signal(int descriptor) {
  struct signalfd_siginfo information;
  for (;;) {
    ssize_t count = read(descriptor, &information, sizeof information);
    if (count == (ssize_t)sizeof information) return (int)information.ssi_signo;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return 0;
    return -1;
  }
}

int process_close_from(void *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

const char *process_signal_name(int signal_number) {
  return sigabbrev_np(signal_number);
}

int process_open_memory(void) { return memfd_create("agenthost", MFD_CLOEXEC); }
