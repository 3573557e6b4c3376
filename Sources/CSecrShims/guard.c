#define _GNU_SOURCE
#include "CSecrShims.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { slot_count = 256 };

/* Written by one thread that holds it, read by a signal handler on any. */
typedef struct {
    atomic_bool taken;
    atomic_uintptr_t start, end;
} slot;

static slot slots[slot_count];
static uintptr_t page_size;
static pthread_once_t installed = PTHREAD_ONCE_INIT;

static void put_zeros(int signal_number, siginfo_t *info, void *context) {
    (void)context;
    uintptr_t address = (uintptr_t)info->si_addr;
    for (int i = 0; i < slot_count; i++) {
        if (address < atomic_load(&slots[i].start) || address >= atomic_load(&slots[i].end)) continue;
        void *page = (void *)(address & ~(page_size - 1));
        /* A system call and nothing else, so it may be made here. */
        if (mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) return;
    }
    /* Not ours: the access is repeated and ends the process as it would have. */
    signal(signal_number, SIG_DFL);
}

static void install(void) {
    struct sigaction action = { .sa_sigaction = put_zeros, .sa_flags = SA_SIGINFO | SA_RESTART };
    page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
    sigaction(SIGBUS, &action, NULL);
}

int secr_guard(const void *start, size_t length) {
    pthread_once(&installed, install);
    for (int i = 0; i < slot_count; i++) {
        bool expected = false;
        if (!atomic_compare_exchange_strong(&slots[i].taken, &expected, true)) continue;
        /* Never a new end with an old start: the handler may look at any moment. */
        atomic_store(&slots[i].start, UINTPTR_MAX);
        atomic_store(&slots[i].end, (uintptr_t)start + length);
        atomic_store(&slots[i].start, (uintptr_t)start);
        return i;
    }
    return -1;
}

void secr_unguard(int number) {
    atomic_store(&slots[number].end, 0);
    atomic_store(&slots[number].taken, false);
}
