// Linux process calls that Swift's Glibc module does not offer: they are variadic, or GNU extensions.
// Each keeps the convention of the call it wraps: -1 and errno on failure, unless said otherwise.
// No system header is included: Swift would take that header's types for this module's, and not for Glibc's.
#ifndef AGENTHOST_PROCESS_H
#define AGENTHOST_PROCESS_H

/// The kernel sends `signal_number` to this process when the thread that started it ends. Survives exec.
int process_set_parent_death_signal(int signal_number);

/// A descriptor for a child, close-on-exec; it never comes to mean another process.
int process_open_pidfd(int pid);
int process_signal_pidfd(int pidfd, int signal_number);

/// A pipe whose two ends are close-on-exec: `ends[0]` reads, `ends[1]` writes.
int process_open_pipe(int ends[2]);

/// A file without a name, in memory, close-on-exec; -1 and errno where there can be none.
int process_open_memory(void);

/// A descriptor, non-blocking and close-on-exec, that yields the (blocked) signals of a `sigset_t`.
int process_open_signal_descriptor(const void *signals);
/// The next signal of that descriptor; 0 when none is waiting.
int process_read_signal(int descriptor);

/// Adds to a `posix_spawn_file_actions_t`: the child closes every descriptor from `first` up.
/// Returns an error number, as posix_spawn does.
int process_close_from(void *actions, int first);

/// "KILL" for SIGKILL; NULL for a number that names no signal.
const char *process_signal_name(int signal_number);

#endif
