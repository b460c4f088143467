#pragma once
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <amqp_ssl_socket.h>
#include <amqp_framing.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Swift does not import variadic functions: `amqp_login_with_properties` is one.
// `frame_max` is the library's default; one channel per connection, so no more is asked for.
static inline amqp_rpc_reply_t crabbitmq_login(
    amqp_connection_state_t state, const char *virtual_host, int heartbeat,
    const amqp_table_t *properties, const char *user, const char *password) {
  return amqp_login_with_properties(
      state, virtual_host, 1, AMQP_DEFAULT_FRAME_SIZE, heartbeat, properties,
      AMQP_SASL_METHOD_PLAIN, user, password);
}

// librabbitmq can trust a file of authorities but has no function for those of the system.
static inline int crabbitmq_trust_system_authorities(amqp_socket_t *socket) {
  return SSL_CTX_set_default_verify_paths(
      (SSL_CTX *)amqp_ssl_socket_get_context(socket));
}

// librabbitmq's own check of the host knows no addresses, and takes the subject's common name where the
// certificate has no subjectAltName: OpenSSL does it within the handshake, by subjectAltName only.
static inline int crabbitmq_require_host(amqp_socket_t *socket, const char *host) {
  X509_VERIFY_PARAM *rules =
      SSL_CTX_get0_param((SSL_CTX *)amqp_ssl_socket_get_context(socket));
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  return X509_VERIFY_PARAM_set1_ip_asc(rules, host) == 1 ||
         X509_VERIFY_PARAM_set1_host(rules, host, 0) == 1;
}

// Swift does not import macros with a cast: these are method numbers.
static const amqp_method_number_t crabbitmq_connection_close = AMQP_CONNECTION_CLOSE_METHOD;
static const amqp_method_number_t crabbitmq_connection_close_ok = AMQP_CONNECTION_CLOSE_OK_METHOD;
static const amqp_method_number_t crabbitmq_connection_blocked = AMQP_CONNECTION_BLOCKED_METHOD;
static const amqp_method_number_t crabbitmq_connection_unblocked = AMQP_CONNECTION_UNBLOCKED_METHOD;
static const amqp_method_number_t crabbitmq_channel_close = AMQP_CHANNEL_CLOSE_METHOD;
static const amqp_method_number_t crabbitmq_channel_close_ok = AMQP_CHANNEL_CLOSE_OK_METHOD;
static const amqp_method_number_t crabbitmq_basic_deliver = AMQP_BASIC_DELIVER_METHOD;
static const amqp_method_number_t crabbitmq_basic_return = AMQP_BASIC_RETURN_METHOD;
static const amqp_method_number_t crabbitmq_basic_ack = AMQP_BASIC_ACK_METHOD;
static const amqp_method_number_t crabbitmq_basic_nack = AMQP_BASIC_NACK_METHOD;
static const amqp_method_number_t crabbitmq_basic_cancel = AMQP_BASIC_CANCEL_METHOD;
