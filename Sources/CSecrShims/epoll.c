#include "CSecrShims.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

int secr_epoll_new(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int secr_epoll_watch(int queue, int descriptor, int readable, int writable, uint64_t tag) {
    struct epoll_event event = { .data.u64 = tag };
    event.events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0);
    if (epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event) == 0) return 0;
    return errno == EEXIST ? epoll_ctl(queue, EPOLL_CTL_MOD, descriptor, &event) : -1;
}

int secr_epoll_forget(int queue, int descriptor) {
    struct epoll_event none = { 0 };
    return epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, &none);
}

int secr_epoll_wait(int queue, struct secr_readiness *ready, int most, int milliseconds) {
    struct epoll_event events[SECR_EPOLL_MOST];
    int count = epoll_wait(queue, events, most < SECR_EPOLL_MOST ? most : SECR_EPOLL_MOST, milliseconds);
    for (int i = 0; i < count; i++) {
        ready[i].tag = events[i].data.u64;
        ready[i].readable = (events[i].events & EPOLLIN) != 0;
        ready[i].writable = (events[i].events & EPOLLOUT) != 0;
        ready[i].failed = (events[i].events & (EPOLLERR | EPOLLHUP)) != 0;
    }
    return count;
}

int secr_counter_new(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
