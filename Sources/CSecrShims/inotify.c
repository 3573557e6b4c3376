#define _GNU_SOURCE
#include "CSecrShims.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

int secr_inotify_new(void) {
    return inotify_init1(IN_CLOEXEC);
}

int secr_inotify_add(int watch, const char *folder) {
    return inotify_add_watch(watch, folder,
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK);
}

long secr_inotify_next(const char *events, long size, long offset, struct secr_inotify_event *event) {
    struct inotify_event raw;
    if (size - offset < (long)sizeof raw) return -1;
    memcpy(&raw, events + offset, sizeof raw);
    event->folder = raw.wd;
    event->is_folder = (raw.mask & IN_ISDIR) != 0;
    event->is_finished = !event->is_folder && (raw.mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0;
    event->is_lost = (raw.mask & IN_Q_OVERFLOW) != 0;
    event->is_gone = (raw.mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
    event->is_forgotten = (raw.mask & IN_IGNORED) != 0;
    event->name = offset + (long)sizeof raw;
    event->name_size = (long)strnlen(events + event->name, raw.len);
    return event->name + (long)raw.len;
}

int secr_is_being_written(int descriptor) {
    /* A lease for reading is given only where nobody has the file open for writing. Whoever opens it at this very moment
       waits until it is given back; the signal of that is one that is ignored. */
    fcntl(descriptor, F_SETSIG, SIGURG);
    if (fcntl(descriptor, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(descriptor, F_SETLEASE, F_UNLCK);
        return 0;
    }
    return errno == EAGAIN;
}
