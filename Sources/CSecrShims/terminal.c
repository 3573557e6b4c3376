#define _GNU_SOURCE
#include "CSecrShims.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* What a handler has to know. */
static int terminal = -1;
static int bell = -1;
static volatile sig_atomic_t is_raw;
static volatile sig_atomic_t has_ended;
static volatile sig_atomic_t events;
static struct termios before;

static const int handled[] = { SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGCONT, SIGWINCH, SIGQUIT,
                               SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
#define COUNT (sizeof handled / sizeof *handled)
static struct sigaction others[COUNT];

static size_t place_of(int signal) {
    size_t place = 0;
    while (place + 1 < COUNT && handled[place] != signal) place++;
    return place;
}

/* Whether this process may change the settings: a shell that took the terminal back has its own. */
static int is_in_front(void) {
    return tcgetpgrp(terminal) == getpgrp();
}

static int set_raw(void) {
    struct termios settings = before;
    settings.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | IGNBRK | IGNCR | INLCR | ISTRIP | IXON | PARMRK);
    settings.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    /* Ctrl-C and Ctrl-Z are read like other keys. Ctrl-\ still ends a process that hangs. */
    settings.c_cc[VINTR] = settings.c_cc[VSUSP] = _POSIX_VDISABLE;
    settings.c_cc[VMIN] = 1;
    settings.c_cc[VTIME] = 0;
    return tcsetattr(terminal, TCSANOW, &settings);
}

static void set_before(void) {
    if (is_in_front()) tcsetattr(terminal, TCSANOW, &before);
}

static void say_last_words(void) {
    /* No special paste, no colour. */
    static const char last[] = "\033[?2004l\033[0m\r\n";
    if (write(terminal, last, sizeof last - 1) < 0) { /* Nobody is left to see it. */ }
}

static void note(int event) {
    int error = errno;
    const uint64_t one = 1;
    events |= event;
    if (write(bell, &one, sizeof one) < 0) { /* It rings already. */ }
    errno = error;
}

static void handle(int signal) {
    const struct sigaction *other = &others[place_of(signal)];
    switch (signal) {
    case SIGWINCH: note(SECR_TERMINAL_RESIZED); return;
    case SIGCONT: note(SECR_TERMINAL_CONTINUED); return;
    case SIGTSTP: note(SECR_TERMINAL_STOPS); return;
    case SIGHUP:
    case SIGINT:
    case SIGTERM:
        if (has_ended || other->sa_handler == SIG_DFL) break;
        has_ended = 1;
        other->sa_handler(signal);
        note(SECR_TERMINAL_ENDS);
        return;
    }
    if (is_raw) {
        is_raw = 0;
        say_last_words();
        set_before();
    }
    struct sigaction plain = { .sa_handler = SIG_DFL };
    sigaction(signal, signal == SIGHUP || signal == SIGINT || signal == SIGTERM ? &plain : other, NULL);
    raise(signal);
}

int secr_terminal_raw(int descriptor) {
    if (is_raw) {
        errno = EBUSY;
        return -1;
    }
    if (bell < 0) bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    terminal = descriptor;
    if (bell < 0 || tcgetattr(terminal, &before) != 0 || set_raw() != 0) return -1;
    has_ended = events = 0;
    is_raw = 1;
    for (size_t i = 0; i < COUNT; i++) {
        struct sigaction action = { .sa_handler = handle, .sa_flags = (int)(SA_RESTART | SA_ONSTACK) };
        if (sigaction(handled[i], NULL, &others[i]) != 0) continue;
        /* What is ignored stays so, but for what the screen has to know. */
        if (others[i].sa_handler == SIG_IGN && handled[i] != SIGWINCH && handled[i] != SIGCONT) continue;
        sigaction(handled[i], &action, NULL);
    }
    return bell;
}

int secr_terminal_take_events(void) {
    uint64_t rings;
    if (read(bell, &rings, sizeof rings) < 0) { /* It did not ring. */ }
    sigset_t all, mask;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &mask);
    int taken = events;
    events = 0;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    return taken;
}

void secr_terminal_restore(void) {
    if (!is_raw) return;
    is_raw = 0;
    set_before();
    for (size_t i = 0; i < COUNT; i++) {
        int ends = handled[i] == SIGHUP || handled[i] == SIGINT || handled[i] == SIGTERM;
        struct sigaction plain = { .sa_handler = SIG_DFL };
        /* Once one came, the next one ends the process, as if the first had come to its own handler. */
        sigaction(handled[i], ends && has_ended && others[i].sa_handler != SIG_IGN ? &plain : &others[i], NULL);
    }
}

void secr_terminal_leave(void) {
    if (is_raw) say_last_words();
    secr_terminal_restore();
}

void secr_terminal_suspend(void) {
    struct sigaction plain = { .sa_handler = SIG_DFL }, ignored = { .sa_handler = SIG_IGN }, own;
    set_before();
    /* The others of this job first, then this thread itself: the process has stopped when the call returns. */
    sigaction(SIGTSTP, &ignored, &own);
    kill(0, SIGTSTP);
    sigset_t stop, mask;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
    sigaction(SIGTSTP, &plain, NULL);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &own, NULL);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    secr_terminal_resume();
}

void secr_terminal_resume(void) {
    /* In the background this stops the process, as it should. */
    if (is_raw) set_raw();
}

int secr_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return -1;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
