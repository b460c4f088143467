internal import Glibc

/// Takes away the file in which libmongoc counts what it does, for programs that watch this one.
///
/// The library makes it in `/dev/shm` when it is loaded, in every program that is linked to it, and takes it away at the
/// program's end: a process that is killed left it there. What is mapped stays usable.
/// <https://github.com/mongodb/mongo-c-driver/blob/1.23.1/src/libmongoc/src/mongoc/mongoc-counters.c>
public func takeAwaySharedCounters() {
    _ = unsafe shm_unlink("/mongoc-\(getpid())")
}
