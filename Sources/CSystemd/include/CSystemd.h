#ifndef SECR_CSYSTEMD_H
#define SECR_CSYSTEMD_H

/*
 * What systemd's login service tells (org.freedesktop.login1): that the machine is about to sleep. Its library is loaded
 * at the first use, since most commands have none for it.
 */

typedef struct secr_sleep_watch secr_sleep_watch;

/*
 * Asks to be told before the machine sleeps, and that it wait until then: for `who`, because of `why`. Null where there
 * is no such service, or it refuses.
 */
secr_sleep_watch *secr_sleep_watch_begin(const char *who, const char *why);

/* Looks, without waiting: 1 where the machine is about to sleep, 0 where it is not, -1 where the service is gone. */
int secr_sleep_watch_look(secr_sleep_watch *watch);

/* Lets the machine sleep, and frees the watch. */
void secr_sleep_watch_end(secr_sleep_watch *watch);

#endif
