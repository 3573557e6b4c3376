/* Its macros check types of calls by name; these are calls by pointer. */
#define CURL_DISABLE_TYPECHECK
#include "CCurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#define FUNCTIONS(USE) \
    USE(curl_global_init) USE(curl_version_info) USE(curl_easy_init) USE(curl_easy_cleanup) USE(curl_easy_setopt) \
    USE(curl_easy_getinfo) USE(curl_slist_append) USE(curl_slist_free_all) USE(curl_multi_init) \
    USE(curl_multi_cleanup) USE(curl_multi_setopt) USE(curl_multi_add_handle) USE(curl_multi_remove_handle) \
    USE(curl_multi_socket_action) USE(curl_multi_info_read)

#define POINTER(NAME) static __typeof__(NAME) *NAME##_;
FUNCTIONS(POINTER)

static curl_version_info_data *version;

/* OPENSSL_INIT_NO_ATEXIT. */
static const uint64_t no_exit_handler = 0x00080000;

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
#define FIND(NAME) if ((NAME##_ = (__typeof__(NAME) *)dlsym(library, #NAME)) == NULL) return;
    FUNCTIONS(FIND)
    /* A process that ends while a thread still has connections must not take OpenSSL away from it. */
    int (*start)(uint64_t, const void *) = (int (*)(uint64_t, const void *))dlsym(library, "OPENSSL_init_crypto");
    if (start != NULL) start(no_exit_handler, NULL);
    if (curl_global_init_(CURL_GLOBAL_DEFAULT) != CURLE_OK) return;
    curl_version_info_data *found = curl_version_info_(CURLVERSION_NOW);
    if (found->version_num >= 0x075500 && (found->features & CURL_VERSION_SSL)) version = found;
}

int secr_curl_is_there(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return version != NULL;
}

const char *secr_curl_authorities(void) { return version->cainfo; }

void *secr_curl_easy_new(void) { return curl_easy_init_(); }

void secr_curl_easy_free(void *easy) { curl_easy_cleanup_(easy); }

CURLcode secr_curl_set_number(void *easy, CURLoption option, long number) {
    return curl_easy_setopt_(easy, option, number);
}

CURLcode secr_curl_set_size(void *easy, CURLoption option, long long size) {
    return curl_easy_setopt_(easy, option, (curl_off_t)size);
}

CURLcode secr_curl_set_text(void *easy, CURLoption option, const char *text) {
    return curl_easy_setopt_(easy, option, text);
}

CURLcode secr_curl_set_bytes(void *easy, CURLoption option, const void *bytes) {
    return curl_easy_setopt_(easy, option, bytes);
}

CURLcode secr_curl_set_list(void *easy, CURLoption option, struct curl_slist *list) {
    return curl_easy_setopt_(easy, option, list);
}

CURLcode secr_curl_set_callbacks(
    void *easy, secr_curl_transfer head, secr_curl_transfer body, secr_curl_transfer source, secr_curl_seek seek,
    secr_curl_ready ready, void *context) {
    CURLcode code;
#define SET(OPTION, VALUE) if ((code = curl_easy_setopt_(easy, OPTION, VALUE)) != CURLE_OK) return code;
    SET(CURLOPT_HEADERFUNCTION, head)
    SET(CURLOPT_HEADERDATA, context)
    SET(CURLOPT_WRITEFUNCTION, body)
    SET(CURLOPT_WRITEDATA, context)
    SET(CURLOPT_READFUNCTION, source)
    SET(CURLOPT_READDATA, context)
    SET(CURLOPT_SEEKFUNCTION, seek)
    SET(CURLOPT_SEEKDATA, context)
    SET(CURLOPT_PREREQFUNCTION, ready)
    SET(CURLOPT_PREREQDATA, context)
    SET(CURLOPT_PRIVATE, context)
    return CURLE_OK;
}

static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
    struct secr_curl_sockets *sockets = context;
    (void)purpose;
    int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (made < 0) return CURL_SOCKET_BAD;
    sockets->here++;
    (*sockets->all)++;
    return made;
}

static int close_socket(void *context, curl_socket_t made) {
    struct secr_curl_sockets *sockets = context;
    sockets->here--;
    (*sockets->all)--;
    return close(made);
}

CURLcode secr_curl_count_sockets(void *easy, struct secr_curl_sockets *sockets) {
    CURLcode code;
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket)
    SET(CURLOPT_OPENSOCKETDATA, sockets)
    SET(CURLOPT_CLOSESOCKETFUNCTION, close_socket)
    SET(CURLOPT_CLOSESOCKETDATA, sockets)
    return CURLE_OK;
}

struct curl_slist *secr_curl_list_add(struct curl_slist *list, const char *text) {
    return curl_slist_append_(list, text);
}

void secr_curl_list_free(struct curl_slist *list) { curl_slist_free_all_(list); }

void *secr_curl_multi_new(curl_socket_callback watch, curl_multi_timer_callback timer, void *context) {
    CURLM *multi = curl_multi_init_();
    if (multi == NULL) return NULL;
    if (curl_multi_setopt_(multi, CURLMOPT_SOCKETFUNCTION, watch) == CURLM_OK
        && curl_multi_setopt_(multi, CURLMOPT_SOCKETDATA, context) == CURLM_OK
        && curl_multi_setopt_(multi, CURLMOPT_TIMERFUNCTION, timer) == CURLM_OK
        && curl_multi_setopt_(multi, CURLMOPT_TIMERDATA, context) == CURLM_OK) return multi;
    curl_multi_cleanup_(multi);
    return NULL;
}

void secr_curl_multi_free(void *multi) { curl_multi_cleanup_(multi); }

CURLMcode secr_curl_multi_set_number(void *multi, CURLMoption option, long number) {
    return curl_multi_setopt_(multi, option, number);
}

CURLMcode secr_curl_multi_add(void *multi, void *easy) { return curl_multi_add_handle_(multi, easy); }

CURLMcode secr_curl_multi_remove(void *multi, void *easy) { return curl_multi_remove_handle_(multi, easy); }

CURLMcode secr_curl_multi_act(void *multi, curl_socket_t socket, int ready) {
    int running;
    return curl_multi_socket_action_(multi, socket, ready, &running);
}

void *secr_curl_multi_finished(void *multi, CURLcode *result) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read_(multi, &left)) != NULL) {
        char *context = NULL;
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        curl_easy_getinfo_(message->easy_handle, CURLINFO_PRIVATE, &context);
        return context;
    }
    return NULL;
}
