#pragma once
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

// MHD_start_daemon is variadic. A client that reads nothing of its answer is left after a minute; what it has to send in
// which time is the caller's to watch, for this limit is renewed by every byte. Without a certificate there is no TLS. A failure that is not the kernel's leaves no errno.
// Paths and parameters are left as they were sent, for the library would resolve escapes that are none.
static inline size_t cmicrohttpd_as_sent(void *pointer, struct MHD_Connection *connection, char *text) {
  (void)pointer;
  (void)connection;
  return strlen(text);
}

static inline struct MHD_Daemon *cmicrohttpd_start(
    unsigned int flags, const struct sockaddr *address, MHD_AccessHandlerCallback answer,
    MHD_RequestCompletedCallback completed, MHD_NotifyConnectionCallback connected, void *pointer,
    const char *certificate, const char *key) {
  struct MHD_OptionItem secured[] = {
      {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)certificate},
      {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)key},
      {MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)"NORMAL:-VERS-TLS1.0:-VERS-TLS1.1"},
      {MHD_OPTION_END, 0, NULL}};
  struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
  errno = 0;
  return MHD_start_daemon(
      certificate ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, answer, pointer,
      MHD_OPTION_SOCK_ADDR, address,
      MHD_OPTION_NOTIFY_COMPLETED, completed, pointer,
      MHD_OPTION_NOTIFY_CONNECTION, connected, pointer,
      MHD_OPTION_UNESCAPE_CALLBACK, cmicrohttpd_as_sent, NULL,
      MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_CONNECTION_LIMIT, 512u,
      MHD_OPTION_CONNECTION_TIMEOUT, 60u,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16384,
      MHD_OPTION_ARRAY, certificate ? secured : plain,
      MHD_OPTION_END);
}

// What is told of a daemon is in a union.
static inline int cmicrohttpd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}

// How many bytes the head of a request had, in a union.
static inline size_t cmicrohttpd_head_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

// The library's closed enums would be enums of Swift, with names of cases that the importer invents.
static inline const char *cmicrohttpd_field(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static inline void cmicrohttpd_fields(
    struct MHD_Connection *connection, MHD_KeyValueIterator take, void *pointer) {
  MHD_get_connection_values(connection, MHD_HEADER_KIND, take, pointer);
}

static inline void cmicrohttpd_parameters(
    struct MHD_Connection *connection, MHD_KeyValueIterator take, void *pointer) {
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take, pointer);
}

static inline enum MHD_Result cmicrohttpd_consent(void) { return MHD_YES; }

// The size that is not known is a macro with a cast.
static inline struct MHD_Response *cmicrohttpd_stream(
    MHD_ContentReaderCallback read, void *pointer, MHD_ContentReaderFreeCallback done) {
  return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read, pointer, done);
}

static inline ssize_t cmicrohttpd_end_of_stream(void) { return MHD_CONTENT_READER_END_OF_STREAM; }

// Where the connection comes from, which is in a union.
static inline const struct sockaddr *cmicrohttpd_peer(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

static inline int cmicrohttpd_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline int cmicrohttpd_has_started(enum MHD_ConnectionNotificationCode code) {
  return code == MHD_CONNECTION_NOTIFY_STARTED;
}

// How many bytes have come on a connection: `tcpi_bytes_received` of linux/tcp.h, whose struct clashes with the shorter
// one of glibc.
static inline uint64_t cmicrohttpd_received(int connection) {
  unsigned char info[136];
  socklen_t size = sizeof(info);
  uint64_t received = 0;
  if (getsockopt(connection, IPPROTO_TCP, 11 /* TCP_INFO */, info, &size) == 0 && size == sizeof(info))
    memcpy(&received, info + 128, sizeof(received));
  return received;
}

static inline struct MHD_Response *cmicrohttpd_response(const void *bytes, size_t count) {
  return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

static inline enum MHD_Result cmicrohttpd_refusal(void) { return MHD_NO; }
