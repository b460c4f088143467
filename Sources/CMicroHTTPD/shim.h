#pragma once
#include <errno.h>
#include <microhttpd.h>

// MHD_start_daemon is variadic. The limits are for probes and scrapes, which are small and few; a client that says nothing
// is left after ten seconds. Without a certificate there is no TLS. A failure that is not the kernel's leaves no errno.
static inline struct MHD_Daemon *cmicrohttpd_start(
    unsigned int flags, const struct sockaddr *address, MHD_AccessHandlerCallback answer,
    void *pointer, const char *certificate, const char *key) {
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
      MHD_OPTION_CONNECTION_LIMIT, 64u,
      MHD_OPTION_PER_IP_CONNECTION_LIMIT, 32u,
      MHD_OPTION_CONNECTION_TIMEOUT, 10u,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)16384,
      MHD_OPTION_ARRAY, certificate ? secured : plain,
      MHD_OPTION_END);
}

// What is told of a daemon is in a union.
static inline int cmicrohttpd_port(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
  return info ? info->port : 0;
}

// The library's closed enums would be enums of Swift, with names of cases that the importer invents.
static inline const char *cmicrohttpd_field(struct MHD_Connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static inline struct MHD_Response *cmicrohttpd_response(const void *bytes, size_t count) {
  return MHD_create_response_from_buffer(count, (void *)bytes, MHD_RESPMEM_MUST_COPY);
}

static inline enum MHD_Result cmicrohttpd_refusal(void) { return MHD_NO; }
