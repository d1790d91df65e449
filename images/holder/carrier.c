/*
 * Starts a command whose input or output is a Unix socket, so that what it reads or writes does not pass
 * the engine. Who has the other end is told on standard input where that is to be, and by what they are
 * known, in one line.
 *
 *   carrier in|out <command> [argument...]
 *
 *   it reads    "<path of the socket> <token>"
 *   it prints   "listening" once they can connect, who have to send the token before anything else, and
 *               "connected" when they have. The command starts then, and in no other case.
 *
 * With "in" the socket is the command's standard input, and what was the carrier's is its descriptor 3;
 * with "out" it is its standard output. The end of the carrier's input before that ends the carrier.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Exit code where the command was not started. */
#define NOT_STARTED 125
/* Longest line that is read, in bytes. */
#define LINE 256
/* Who connects, and how many may wait to be looked at. */
#define GUESTS 8
/* How long somebody is waited for, in milliseconds. */
#define PATIENCE_MS 15000
/* What may wait in the socket for its reader, in bytes, as far as the kernel gives so much. */
#define WAITING (1024 * 1024)
/* Where the command of which the socket is the input finds what was its input. */
#define WORDS 3

static char path[LINE], token[LINE];
static size_t token_length;

/* Somebody who connected, and what of the token they have sent. */
struct guest {
  int socket;
  size_t sent;
};

/* In the order in which they came. */
static struct guest guests[GUESTS];
static int guest_count;

static void leave(int signal) {
  (void)signal;
  unlink(path);
  _exit(NOT_STARTED);
}

static void die(const char *what) {
  perror(what);
  leave(0);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Reads no more than the line: what follows it is the command's. */
static int read_line(char *line) {
  for (size_t length = 0; length < LINE; length++) {
    ssize_t got;
    do got = read(0, line + length, 1);
    while (got < 0 && errno == EINTR);
    if (got != 1) return 0;
    if (line[length] != '\n') continue;
    line[length] = 0;
    return 1;
  }
  return 0;
}

static void say(const char *word) {
  size_t length = strlen(word);
  if (write(1, word, length) != (ssize_t)length) leave(0);
}

static int listen_at(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) die("the socket's path is too long");
  strcpy(address.sun_path, path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) die("socket");
  mode_t mask = umask(0177);
  if (bind(listener, (struct sockaddr *)&address, sizeof address)) {
    /* What is there is another's. */
    perror(path);
    _exit(NOT_STARTED);
  }
  umask(mask);
  if (listen(listener, GUESTS)) die("listen");
  return listener;
}

/* The others keep their order, the eldest first. */
static void dismiss(int at) {
  close(guests[at].socket);
  guest_count--;
  memmove(guests + at, guests + at + 1, (guest_count - at) * sizeof *guests);
}

/* Takes what a guest sent, up to the end of the token. True: it is who is waited for. */
static int knows(int at) {
  struct guest *guest = guests + at;
  char sent[LINE];
  ssize_t got = read(guest->socket, sent, token_length - guest->sent);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (got <= 0 || memcmp(sent, token + guest->sent, got)) {
    dismiss(at);
    return 0;
  }
  guest->sent += got;
  return guest->sent == token_length;
}

/* Waits for who knows the token. */
static int meet(int listener) {
  int64_t deadline = now() + PATIENCE_MS;
  for (;;) {
    struct pollfd all[2 + GUESTS] = {{.fd = 0, .events = POLLIN}, {.fd = listener, .events = POLLIN}};
    for (int at = 0; at < guest_count; at++) all[2 + at] = (struct pollfd){.fd = guests[at].socket, .events = POLLIN};
    int64_t left = deadline - now();
    if (left <= 0 || (poll(all, 2 + guest_count, left) < 0 && errno != EINTR)) leave(0);
    if (all[0].revents) leave(0);
    for (int at = guest_count - 1; at >= 0; at--) {
      int socket = guests[at].socket;
      if (all[2 + at].revents && knows(at)) return socket;
    }
    if (!all[1].revents) continue;
    int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket < 0) continue;
    /* The eldest of those who say nothing makes room. */
    if (guest_count == GUESTS) dismiss(0);
    guests[guest_count++] = (struct guest){.socket = socket};
  }
}

int main(int count, char **words) {
  int in = count > 2 && !strcmp(words[1], "in");
  if (count < 3 || (!in && strcmp(words[1], "out"))) {
    fprintf(stderr, "Use: carrier in|out <command> [argument...]\n");
    return 64;
  }
  char line[LINE];
  if (!read_line(line) || sscanf(line, "%255s %255s", path, token) != 2) {
    fprintf(stderr, "there is no address\n");
    return NOT_STARTED;
  }
  token_length = strlen(token);
  signal(SIGTERM, leave);
  signal(SIGHUP, leave);
  int listener = listen_at();
  say("listening\n");
  int socket = meet(listener);
  unlink(path);
  signal(SIGTERM, SIG_DFL);
  signal(SIGHUP, SIG_DFL);
  int size = WAITING;
  setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  fcntl(socket, F_SETFL, 0);
  say("connected\n");
  /* The socket's own number may be the one that the command is to find its words at. */
  int carried = fcntl(socket, F_DUPFD_CLOEXEC, WORDS + 1);
  if (carried < 0 || (in && dup2(0, WORDS) < 0) || dup2(carried, in ? 0 : 1) < 0) die("dup2");
  execvp(words[2], words + 2);
  int reason = errno;
  perror(words[2]);
  return reason == ENOENT ? 127 : 126;
}
