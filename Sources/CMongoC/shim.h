#pragma once
#include <mongoc/mongoc.h>
#include <string.h>

// The message is an array of characters, which Swift has as a tuple.
static inline const char *cmongoc_message(const bson_error_t *error) {
    return error->message;
}

// The library writes what it does to the standard output and errors.
static inline void cmongoc_be_silent(void) {
    mongoc_log_set_handler(NULL, NULL);
}

// The answer to a command, which the caller destroys; NULL where it has failed. Its place has to be there before, and Swift
// does not know its size.
static inline bson_t *cmongoc_answer(mongoc_client_t *client, const char *database, const bson_t *command,
                                     bson_error_t *error) {
    bson_t reply;
    bool worked = mongoc_client_command_simple(client, database, command, NULL, &reply, error);
    bson_t *answer = worked ? bson_copy(&reply) : NULL;
    bson_destroy(&reply);
    return answer;
}

// A decimal of 16 bytes, the lowest first, as text.
static inline void cmongoc_decimal_text(const unsigned char *bytes, char text[BSON_DECIMAL128_STRING]) {
    bson_decimal128_t decimal;
    memcpy(&decimal.low, bytes, 8);
    memcpy(&decimal.high, bytes + 8, 8);
    bson_decimal128_to_string(&decimal, text);
}
