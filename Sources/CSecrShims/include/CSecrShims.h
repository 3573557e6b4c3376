#ifndef SECR_SHIMS_H
#define SECR_SHIMS_H

#include <stddef.h>
#include <stdint.h>

/* The few things that Swift cannot see: macros with parts it does not import, and a handler that is safe in a signal. */

/* O_TMPFILE, whose definition is an expression over private macros, and O_PATH, which is hidden from Swift. */
int secr_o_tmpfile(void);
int secr_o_path(void);

/* Linux calls that the C library hides from Swift. Results and errno are the calls' own. */
long secr_copy_file_range(int from, long *from_offset, int to, long *to_offset, size_t count);
int secr_memory_file(void);
/* Begins to write a range to the disk, and does not wait. */
int secr_start_writing(int descriptor, long offset, long size);
int secr_syncfs(int descriptor);
/* ioctl with bytes for the driver. */
int secr_control(int descriptor, unsigned code, void *bytes);
/* Waits for, and takes, a lock of one byte that belongs to the open file. */
int secr_lock_byte(int descriptor, long offset);
/* Fails with EEXIST instead of replacing. */
int secr_rename_new(int directory, const char *from, const char *to);
/* Gives the open file `to` the POSIX access list of `from`, or none; the mode alone would mean something else. */
int secr_copy_access_list(const char *from, int to);

/* Freed memory stays with the process for what it does next, instead of going back to the system piece by piece. */
void secr_keep_freed_memory(void);

/* Lets every allocation fail that would make this process hold more than `bytes`. */
void secr_limit_memory(size_t bytes);

/* The user's keyring of the kernel. Keys have the type "user" and go by themselves after `seconds`. */
int secr_key_add(const char *description, const void *secret, size_t size, unsigned seconds);
/* Returns the size, or -1. Copies nothing where the buffer is too small. */
long secr_key_read(const char *description, void *buffer, size_t size);
int secr_key_remove(const char *description);

/* Sockets of the local machine, for one user. Descriptors, or -1. */
int secr_socket_listen(const char *path);
int secr_socket_connect(const char *path);
/* Waits for somebody of the same user, for so many milliseconds; -2 when the time is over. Others are sent away. */
int secr_socket_accept(int listener, long milliseconds);
int secr_pipe(int ends[]);
/* Starts this very program in the background, in a session of its own, with three arguments and standard input from
   `input`. */
int secr_start_self(const char *name, const char *first, const char *second, const char *third, int input);

/* Waiting for many descriptors at once (epoll(7)). */
struct secr_readiness {
    uint64_t tag;
    int readable, writable, failed;
};
#define SECR_EPOLL_MOST 256
int secr_epoll_new(void);
/* From now on, whatever it was watched for before. */
int secr_epoll_watch(int queue, int descriptor, int readable, int writable, uint64_t tag);
int secr_epoll_forget(int queue, int descriptor);
/* Returns how many are ready, at most SECR_EPOLL_MOST; waits for ever where `milliseconds` is negative. */
int secr_epoll_wait(int queue, struct secr_readiness *ready, int most, int milliseconds);
/* A descriptor that is readable once a number of 8 bytes was written to it, until it is read (eventfd(2)). */
int secr_counter_new(void);

/* What happens in folders (inotify(7)). */
struct secr_inotify_event {
    /* As secr_inotify_add() called it. */
    int folder;
    int is_folder, is_finished, is_lost, is_gone, is_forgotten;
    /* Where the name is among the events. */
    long name, name_size;
};
int secr_inotify_new(void);
int secr_inotify_add(int watch, const char *folder);
/* Takes one of the events that were read, and returns where the next one begins; -1 at the end. */
long secr_inotify_next(const char *events, long size, long offset, struct secr_inotify_event *event);
/* Whether somebody has an open file, which is open for reading here, open for writing. 0 where nobody can say. */
int secr_is_being_written(int descriptor);

/* This process twice, as fork(2) does it. */
int secr_fork(void);
/* Waits for a process, and returns what it ended with; -1 where it was ended by a signal. */
int secr_wait(int process);
/* The same; 256 and more where it was ended by that signal, -1 where it is none of this process's. */
int secr_wait_status(int process);
/* For a process that another one split off: it is killed when that one ends. Signals that interrupt a command end it, or are
   left to the other one. */
void secr_become_helper(int signals_end_it);
/* Whether children that have ended are forgotten, instead of being waited for. */
void secr_reap_children(int by_itself);
/* Closes all descriptors but two, and makes /dev/null of the standard streams. */
int secr_keep_only(int first, int second);
/* Memory as secr_limit_memory does; a process that works for longer gets SIGXCPU. */
void secr_limit_work(size_t bytes, unsigned seconds);

/* Two ends of a line for packets, each of which can carry a descriptor; -1 is none. Returns as sendmsg and recvmsg do. */
#define SECR_PACKET_MOST 65536
int secr_channel(int ends[]);
long secr_packet_send(int socket, const void *head, size_t head_size, const void *bytes, size_t size, int descriptor);
long secr_packet_receive(int socket, void *bytes, size_t room, int *descriptor);
/* Returns 0 when the time is over, as poll does. */
int secr_wait_readable(int descriptor, int milliseconds);

/* Giving up rights for good, for this thread and those that it starts. 0 where there is no Landlock. */
int secr_landlock_version(void);
#define SECR_MAY_READ 1u
/* Also to make, to replace and to remove files. */
#define SECR_MAY_WRITE 2u
#define SECR_MAY_MAKE_FOLDERS 4u
/* Devices, such as terminals. */
#define SECR_MAY_CONTROL 8u
/* A set of rules, which allows nothing. */
int secr_landlock_new(void);
/* Allows something with a file, or with all that is in a folder. */
int secr_landlock_allow(int ruleset, int descriptor, unsigned access);
int secr_landlock_enter(int ruleset);
int secr_can_filter(void);
/* No network, no other programs, no other processes, nothing that changes the machine. */
int secr_filter_dangerous(void);
/* Nothing but work on what is open or can be opened. */
int secr_filter_all_but_harmless(void);
/* A session of its own, with nothing but /dev/null to read and to write, in the root of all folders. */
int secr_detach(void);
/* Runs a program that PATH leads to, with up to four arguments, and waits for it. */
int secr_run(const char *program, const char *first, const char *second, const char *third, const char *fourth);

/* The magic number of the file system of a name, or -1. */
long secr_file_system_kind(const char *path);

/* Extended attributes of names, symbolic links not followed. */
long secr_list_attributes(const char *path, char *list, size_t size);
long secr_get_attribute(const char *path, const char *name, void *value, size_t size);
int secr_set_attribute(const char *path, const char *name, const void *value, size_t size);

/* The same of an open file. Without room they return the size. */
long secr_list_own_attributes(int descriptor, void *list, size_t size);
long secr_get_own_attribute(int descriptor, const char *name, void *value, size_t size);

/* No core dumps, no tracing by others. */
void secr_harden_process(void);

/* The terminal of this process, whatever standard input is. Silenced, it does not show what is typed; what was typed ahead
   is dropped. Undone, its settings are those from before. One terminal at a time. */
int secr_terminal_open(void);
int secr_terminal_silence(int terminal, int silent);

/* A terminal whose keys are read one by one and not shown; one at a time. Whatever signal ends the process meanwhile, its
   settings are put back before: by the first one, unless that had a handler, which is then called; by the second one. */
#define SECR_TERMINAL_RESIZED 1
#define SECR_TERMINAL_CONTINUED 2
#define SECR_TERMINAL_STOPS 4
#define SECR_TERMINAL_ENDS 8
/* Returns a descriptor that is readable when there are events, or -1. It belongs to nobody. */
int secr_terminal_raw(int terminal);
int secr_terminal_take_events(void);
void secr_terminal_restore(void);
/* The same for whoever does not know what is on it, if it is not restored yet. */
void secr_terminal_leave(void);
/* Stops this process and its job with the terminal as it was, and returns when they go on. */
void secr_terminal_suspend(void);
/* After the process was stopped otherwise. */
void secr_terminal_resume(void);
int secr_terminal_size(int terminal, int *columns, int *rows);

/* From now on SIGINT, SIGTERM and SIGHUP are remembered instead of ending the process. A second one ends it at once. */
void secr_interrupts_catch(void);
/* From now on, what any thread waits for is interrupted again and again, as after a signal. */
void secr_interrupts_wake(void);

/* Around the work of a thread that is not the first one, so that a remembered signal interrupts what it waits for, too. */
int secr_worker_begin(void);
void secr_worker_end(int place);

/* The signal that came, or 0. */
int secr_interrupts_caught(void);

/* The same, and forgets it. */
int secr_interrupts_take(void);

/* Ends the process by `signal` as if it had never been caught, so that the shell sees the truth. */
void secr_interrupts_reraise(int signal);

#endif
