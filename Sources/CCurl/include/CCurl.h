#ifndef SECR_CCURL_H
#define SECR_CCURL_H

#include <curl/curl.h>

/*
 * libcurl, loaded at the first use: with the thirty libraries that it needs, it would add 9 ms to the start of every
 * command. Swift calls no functions with variable arguments, so each kind of option has a function of its own. Handles
 * are easy and multi handles of libcurl; results are its own, too.
 */

/* The ways to prove who one is towards a SOCKS proxy: CURLAUTH_BASIC. */
static const long secr_curl_name_and_password = (long)CURLAUTH_BASIC;

/* Loads it once, and has to be called before anything else. Returns whether libcurl is there, 7.85 or later with TLS. */
int secr_curl_is_there(void);
/* The file with the certificates of the system's authorities; NULL where libcurl knows none. */
const char *secr_curl_authorities(void);

void *secr_curl_easy_new(void);
void secr_curl_easy_free(void *easy);
CURLcode secr_curl_set_number(void *easy, CURLoption option, long number);
CURLcode secr_curl_set_size(void *easy, CURLoption option, long long size);
/* The text is copied; NULL takes it back. */
CURLcode secr_curl_set_text(void *easy, CURLoption option, const char *text);
/* Bytes of CURLOPT_COPYPOSTFIELDS, whose number has to be set before. */
CURLcode secr_curl_set_bytes(void *easy, CURLoption option, const void *bytes);
/* The list stays the caller's and has to live as long as it is set. */
CURLcode secr_curl_set_list(void *easy, CURLoption option, struct curl_slist *list);

typedef size_t (*secr_curl_transfer)(char *bytes, size_t size, size_t count, void *context);
typedef int (*secr_curl_seek)(void *context, curl_off_t offset, int origin);
typedef int (*secr_curl_ready)(void *context, char *peer, char *own, int peer_port, int own_port);
/* What is called with bytes of the answer's head and body, for bytes of the request, to go back in them, and before a
 * request is sent; `context` comes with each, and is what secr_curl_multi_finished returns. */
CURLcode secr_curl_set_callbacks(
    void *easy, secr_curl_transfer head, secr_curl_transfer body, secr_curl_transfer source, secr_curl_seek seek,
    secr_curl_ready ready, void *context);

/* Sockets that are open: those of some transfers and their connections, and those of all. */
struct secr_curl_sockets {
    long here;
    long *all;
};
/* Counts the sockets of connections that the transfer makes, until they are closed. Programs that this one starts do not
 * get them. */
CURLcode secr_curl_count_sockets(void *easy, struct secr_curl_sockets *sockets);

/* Returns the list with a copy of the text at its end, or NULL without memory; the list is then as before. */
struct curl_slist *secr_curl_list_add(struct curl_slist *list, const char *text);
void secr_curl_list_free(struct curl_slist *list);

void *secr_curl_multi_new(curl_socket_callback watch, curl_multi_timer_callback timer, void *context);
void secr_curl_multi_free(void *multi);
CURLMcode secr_curl_multi_set_number(void *multi, CURLMoption option, long number);
CURLMcode secr_curl_multi_add(void *multi, void *easy);
CURLMcode secr_curl_multi_remove(void *multi, void *easy);
/* `ready`: CURL_CSELECT_ bits of a socket; 0 with CURL_SOCKET_TIMEOUT. */
CURLMcode secr_curl_multi_act(void *multi, curl_socket_t socket, int ready);
/* The context of an easy handle that is done, and its result; NULL where there is none. */
void *secr_curl_multi_finished(void *multi, CURLcode *result);

#endif
