#pragma once
// The checks of types are macros around the functions; Swift has its own.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <string.h>

// curl_easy_setopt is variadic: one function for each kind of value.
static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

// libcurl copies the text.
static inline CURLcode ccurl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

// libcurl does not copy the list: it must live as long as the transfer.
static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

// Bodies and header fields that arrive.
static inline CURLcode ccurl_set_receiver(CURL *handle, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(handle, option, value);
}

// Bodies that are sent.
static inline CURLcode ccurl_set_reader(CURL *handle, curl_read_callback value) {
    return curl_easy_setopt(handle, CURLOPT_READFUNCTION, value);
}

static inline CURLcode ccurl_set_seeker(CURL *handle, curl_seek_callback value) {
    return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, value);
}

static inline CURLcode ccurl_set_socket_opener(CURL *handle, curl_opensocket_callback value) {
    return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, value);
}

// curl_multi_setopt is variadic, too.
static inline CURLMcode ccurl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

// How a transfer has ended is in a union, which Swift reads without knowing which of its parts holds.
static inline CURLcode ccurl_result(const CURLMsg *message) {
    return message->data.result;
}

// Macros with casts.
static inline size_t ccurl_pause_receiving(void) { return CURL_WRITEFUNC_PAUSE; }

static inline size_t ccurl_abort_sending(void) { return CURL_READFUNC_ABORT; }

static inline CURLcode ccurl_start(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }

// An address of IPv6 is longer than the type that libcurl declares for it. <netinet/in.h> is not included:
// its types would become this module's. In sockaddr_in the address begins at 4, in sockaddr_in6 at 8.
// Copies the bytes of an address, and returns their number: 4, 16, or 0 for another kind of network.
static inline int ccurl_copy_address(const struct curl_sockaddr *address, unsigned char bytes[16]) {
    const unsigned char *start = (const unsigned char *)&address->addr;
    if (address->family == AF_INET && address->addrlen >= 8) {
        memcpy(bytes, start + 4, 4);
        return 4;
    }
    if (address->family == AF_INET6 && address->addrlen >= 24) {
        memcpy(bytes, start + 8, 16);
        return 16;
    }
    return 0;
}
