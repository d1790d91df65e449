/*
 * Holds the shell of a terminal, so that it outlives whoever looks at it. It makes the terminal, starts
 * the shell when somebody attaches for the first time, keeps the newest of what was printed, numbered by
 * byte, and gives each who attaches what is missing. One viewer at a time: the newest.
 *
 *   holder <socket> <command> [argument...]
 *
 * Messages, both ways: one byte that says what it is, three with the length (big-endian), the content.
 *   to the viewer   h "<pid> <uid> <start time> <first byte kept> <bytes printed>"   when it connects
 *                   o bytes that were printed
 *                   x "<exit code>"         the shell ended, and all it printed was sent
 *                   f "<reason>"            the shell could not be started
 *   from it         a "<rows> <columns> <first byte wanted>"
 *                   i bytes typed
 *                   s "<rows> <columns>"
 * A viewer that does not read holds the shell back; without a viewer it runs on.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "interrupt.h"

/* What is kept of the output, in bytes; a power of two. */
#define KEPT (512 * 1024)
/* Output that a viewer may leave unread before the shell waits, in bytes: less than is kept. */
#define UNREAD (128 * 1024)
/* Most output in one message, in bytes. */
#define PIECE (32 * 1024)
/* What is read from a viewer at once, in bytes. */
#define TYPED (16 * 1024)
/* Longest message of a viewer that is not typed text, in bytes. */
#define WORDS 64
/* How long what the shell printed last, and its exit code, wait for a viewer, in milliseconds. */
#define LINGER_MS 30000
/* How long a viewer that was told of the end may take to go, in milliseconds. */
#define FAREWELL_MS 5000
/* How long a shell that was never begun waits with nobody connected, in milliseconds. */
#define ALONE_MS 60000
/* How often a terminal that nobody holds open is looked at, in milliseconds. */
#define DESERTED_MS 200
/* What a terminal gives at most at once, in bytes: after so much, more is sure to follow. */
#define FULL 4095
/* How long more of it is waited for, before what there is is sent, in milliseconds. */
#define MORE_MS 1
/* Most pieces that are read before they are sent: a flood is sent in fewer, larger messages. */
#define GATHERED 8
/* Most pieces that are read after the shell's end: what runs on behind it could print for ever. */
#define LAST_PIECES 64

enum phase { WAITING, RUNNING, ENDED };

static enum phase phase = WAITING;
static pid_t shell;
static int terminal = -1, listener = -1, signals = -1, viewer = -1;
/* Through the first the shell is let go, through the second it says why it could not become one. */
static int go = -1, failure = -1;

static char kept[KEPT];
static uint64_t printed;

/* Of the viewer: how far it was sent, what is left of the message under way, and what it sent. */
static int attached;
static uint64_t sent;
static unsigned char head[4];
static size_t head_left, body_left;
static char words[512];
static size_t words_length, words_sent;
static char typed[TYPED];
static size_t typed_from, typed_to;
/* Whether the head of a message was read, the message's type, and what is left of it. */
static int in_message;
static char message;
static size_t message_left;
static int terminal_full;
static int farewell;

/* How the shell ended. */
static int exit_code, start_error;
/* When it ends if nothing happens before, in milliseconds of the clock that only goes forward; 0 for never. */
static int64_t deadline;
/* The terminal gave all that it holds at once, and has been about to give more since. */
static int flooding;
/* Nobody holds the terminal open, though its shell lives. */
static int deserted;

static uint64_t first_kept(void) {
  return printed > KEPT ? printed - KEPT : 0;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void die(const char *what) {
  perror(what);
  exit(125);
}

/* Adds a message of few words to what the viewer is sent. */
static void say(char kind, const char *format, ...) {
  char text[200];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (length >= (int)sizeof text) length = sizeof text - 1;
  if (words_length + 4 + length > sizeof words) return;
  char *at = words + words_length;
  at[0] = kind;
  at[1] = 0;
  at[2] = length >> 8;
  at[3] = length;
  memcpy(at + 4, text, length);
  words_length += 4 + length;
}

static void leave(void) {
  if (viewer >= 0) close(viewer);
  viewer = -1;
  if (phase == WAITING) deadline = now() + ALONE_MS;
  attached = farewell = terminal_full = 0;
  head_left = body_left = words_length = words_sent = 0;
  typed_from = typed_to = message_left = 0;
  in_message = 0;
  interrupt_forget();
}

/* Ticks since boot at the shell's start: with its number, they name it for good. */
static unsigned long long start_time(void) {
  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)shell);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, line, sizeof line - 1);
  if (file >= 0) close(file);
  if (length <= 0) return 0;
  line[length] = 0;
  char *field = strrchr(line, ')');
  for (int number = 2; field && number < 22; number++) field = strchr(field + 1, ' ');
  return field ? strtoull(field + 1, NULL, 10) : 0;
}

static void greet(void) {
  int socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (socket < 0) return;
  leave();
  viewer = socket;
  if (phase == WAITING) deadline = 0;
  static unsigned long long started;
  if (!started) started = start_time();
  say('h', "%d %d %llu %llu %llu", (int)shell, (int)getuid(), started, (unsigned long long)first_kept(),
      (unsigned long long)printed);
}

/* A size of nothing leaves it as it is: who comes back may not know it. */
static void resize(unsigned rows, unsigned columns) {
  struct winsize size = {.ws_row = rows, .ws_col = columns};
  if (terminal >= 0 && rows && columns) ioctl(terminal, TIOCSWINSZ, &size);
}

static void begin(void) {
  phase = RUNNING;
  deadline = 0;
  if (write(go, "", 1) != 1) die("the shell can not be let go");
  close(go);
}

/* What a viewer says beside what is typed. False: it speaks something else. */
static int obey(char kind, const char *text) {
  unsigned rows, columns;
  unsigned long long wanted;
  if (kind == 's' && sscanf(text, "%u %u", &rows, &columns) == 2) {
    resize(rows, columns);
    return 1;
  }
  if (kind != 'a' || attached || sscanf(text, "%u %u %llu", &rows, &columns, &wanted) != 3) return 0;
  resize(rows, columns);
  sent = wanted < first_kept() ? first_kept() : wanted > printed ? printed : wanted;
  attached = 1;
  if (phase == WAITING) begin();
  return 1;
}

/* Reads the head of a message. False: its type is none, or it is too long for that. */
static int begin_message(const unsigned char *at) {
  in_message = 1;
  message = at[0];
  message_left = at[1] << 16 | at[2] << 8 | at[3];
  return message == 'i' || message_left <= WORDS;
}

/* Writes typed bytes to the terminal. Returns how many it took; 0 where they wait. */
static size_t type(const char *at, size_t length) {
  if (terminal < 0) return length;
  length = interrupt_ready(terminal, at, length);
  if (length == 0) return 0;
  ssize_t taken;
  do taken = write(terminal, at, length);
  while (taken < 0 && errno == EINTR);
  if (taken < 0 && errno == EAGAIN) {
    terminal_full = 1;
    return 0;
  }
  /* A terminal that takes nothing any more has ended, which is told soon. */
  if (taken < 0) return length;
  interrupt_written(terminal, at, taken);
  return taken;
}

/* Takes what the viewer sent, as far as the terminal takes it. False: the viewer is gone. */
static int take(void) {
  for (;;) {
    size_t there = typed_to - typed_from;
    char *at = typed + typed_from;
    if (!in_message) {
      if (there < 4) break;
      typed_from += 4;
      if (!begin_message((unsigned char *)at)) return 0;
    } else if (message != 'i') {
      if (there < message_left) break;
      char text[WORDS + 1];
      memcpy(text, at, message_left);
      text[message_left] = 0;
      typed_from += message_left;
      in_message = 0;
      if (!obey(message, text)) return 0;
    } else if (message_left == 0) {
      in_message = 0;
    } else {
      if (there == 0) break;
      size_t taken = type(at, there < message_left ? there : message_left);
      if (taken == 0) return 1;
      typed_from += taken;
      message_left -= taken;
    }
  }
  memmove(typed, typed + typed_from, typed_to - typed_from);
  typed_to -= typed_from;
  typed_from = 0;
  return 1;
}

/* Reads from the viewer. False: it is gone. */
static int listen_to_viewer(void) {
  ssize_t length = read(viewer, typed + typed_to, TYPED - typed_to);
  if (length == 0) return 0;
  if (length < 0) return errno == EAGAIN || errno == EINTR;
  typed_to += length;
  return take();
}

/* Whether there is output to begin a message with: a flood is sent in few and large ones. */
static int worth_sending(void) {
  if (!attached || sent == printed) return 0;
  return !flooding || printed - sent >= PIECE;
}

/* Sends what there is for the viewer until it takes no more. False: it is gone. */
static int tell(void) {
  for (;;) {
    struct iovec parts[3];
    int count = 0;
    if (head_left == 0 && body_left == 0) {
      if (words_sent < words_length) {
        ssize_t done = send(viewer, words + words_sent, words_length - words_sent, MSG_NOSIGNAL);
        if (done < 0) return errno == EAGAIN || errno == EINTR;
        words_sent += done;
        if (words_sent == words_length) words_sent = words_length = 0;
        continue;
      }
      if (!worth_sending()) return 1;
      body_left = printed - sent < PIECE ? printed - sent : PIECE;
      head[0] = 'o';
      head[1] = body_left >> 16;
      head[2] = body_left >> 8;
      head[3] = body_left;
      head_left = 4;
    }
    if (head_left) parts[count++] = (struct iovec){head + 4 - head_left, head_left};
    size_t at = sent % KEPT, before_edge = KEPT - at;
    size_t first = body_left < before_edge ? body_left : before_edge;
    parts[count++] = (struct iovec){kept + at, first};
    if (first < body_left) parts[count++] = (struct iovec){kept, body_left - first};
    struct msghdr piece = {.msg_iov = parts, .msg_iovlen = count};
    ssize_t done = sendmsg(viewer, &piece, MSG_NOSIGNAL);
    if (done < 0) return errno == EAGAIN || errno == EINTR;
    size_t of_head = (size_t)done < head_left ? (size_t)done : head_left;
    head_left -= of_head;
    body_left -= done - of_head;
    sent += done - of_head;
  }
}

/* Reads what was printed. False: there is no more, for now or for ever. */
static int hear(void) {
  size_t at = printed % KEPT, room = KEPT - at;
  ssize_t length = read(terminal, kept + at, room < PIECE ? room : PIECE);
  if (length <= 0) {
    deserted = length == 0 || errno == EIO;
    return length < 0 && errno == EINTR;
  }
  flooding = length >= FULL;
  printed += length;
  return 1;
}

static int unread(void) {
  return attached && printed - sent >= UNREAD;
}

static void end(int status) {
  /* As far as it does not run over what an attached viewer has yet to read. */
  for (int piece = 0; piece < LAST_PIECES; piece++) {
    if (attached && printed - sent + PIECE > KEPT) break;
    if (!hear()) break;
  }
  close(terminal);
  terminal = -1;
  interrupt_forget();
  flooding = 0;
  phase = ENDED;
  deadline = now() + LINGER_MS;
  if (read(failure, &start_error, sizeof start_error) != sizeof start_error) start_error = 0;
  exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Tells a viewer that has all of the output how the shell ended. */
static void bid_farewell(void) {
  if (phase != ENDED || viewer < 0 || farewell || body_left) return;
  if (!start_error && (!attached || sent < printed)) return;
  if (start_error) say('f', "%s", start_error == ENOSPC ? "no free terminal in the machine" : strerror(start_error));
  else say('x', "%d", exit_code);
  farewell = 1;
  deadline = now() + FAREWELL_MS;
}

/* In the new process: waits to be let go, and becomes the shell. */
static void become(int gate, int report, char **command) {
  char byte;
  ssize_t length;
  do length = read(gate, &byte, 1);
  while (length < 0 && errno == EINTR);
  if (length != 1) _exit(125);
  execvp(command[0], command);
  int reason = errno;
  if (write(report, &reason, sizeof reason) < 0) _exit(126);
  _exit(127);
}

static int executable(const char *path) {
  struct stat file;
  if (stat(path, &file)) return errno == ENOTDIR ? ENOENT : errno;
  if (!S_ISREG(file.st_mode)) return EACCES;
  return access(path, X_OK) ? errno : 0;
}

/* Why nothing can be started by this name, or 0: looked at before anybody waits for it. */
static int problem_of(const char *name) {
  if (strchr(name, '/')) return executable(name);
  const char *path = getenv("PATH");
  char tried[4096];
  int problem = ENOENT;
  for (path = path ? path : "/usr/local/bin:/usr/bin:/bin"; path; path = strchr(path, ':') ? strchr(path, ':') + 1 : NULL) {
    int length = strcspn(path, ":");
    if (snprintf(tried, sizeof tried, "%.*s/%s", length, path, name) >= (int)sizeof tried) continue;
    int found = executable(tried);
    if (!found) return 0;
    if (found != ENOENT) problem = found;
  }
  return problem;
}

/* Backspace takes back a whole character where the system itself edits the line. */
static void edit_characters(void) {
  struct termios modes;
  if (tcgetattr(terminal, &modes)) die("the terminal has no modes");
  modes.c_iflag |= IUTF8;
  if (tcsetattr(terminal, TCSANOW, &modes)) die("the terminal's modes can not be set");
}

/* There is no shell: waits for a viewer, to say why. */
static void not_started(int error) {
  shell = 0;
  start_error = error;
  phase = ENDED;
  deadline = now() + LINGER_MS;
}

static void start(char **command) {
  int gate[2], report[2];
  int problem = problem_of(command[0]);
  if (problem) return not_started(problem);
  if (pipe2(gate, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) die("pipe");
  shell = forkpty(&terminal, NULL, NULL, NULL);
  if (shell < 0) return not_started(errno);
  if (shell == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGHUP, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
    close(gate[1]);
    const char *home = getenv("BERTH_HOLD_HOME") ? getenv("HOME") : NULL;
    unsetenv("BERTH_HOLD_HOME");
    if (home && chdir(home)) {
      /* It begins where it is. */
    }
    become(gate[0], report[1], command);
  }
  close(gate[0]);
  close(report[1]);
  go = gate[1];
  failure = report[0];
  edit_characters();
  fcntl(terminal, F_SETFD, FD_CLOEXEC);
  fcntl(terminal, F_SETFL, O_NONBLOCK);
}

static void open_socket(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof address.sun_path) die("the socket's path is too long");
  strcpy(address.sun_path, path);
  umask(0177);
  listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8))
    die(path);
}

static void finish(const char *path) {
  unlink(path);
  exit(0);
}

/* How long to wait for something to happen, in milliseconds. */
static int patience(void) {
  int64_t left = deadline ? deadline - now() : -1;
  if (deadline && left < 0) left = 0;
  if (interrupt_pause() >= 0 && (left < 0 || left > interrupt_pause())) left = interrupt_pause();
  if (flooding && attached && sent < printed && (left < 0 || left > MORE_MS)) return MORE_MS;
  return deserted && (left < 0 || left > DESERTED_MS) ? DESERTED_MS : left;
}

/* One round: waits for something to happen, and does what follows from it. */
static void attend(const char *path) {
  short of_terminal = (unread() || deserted ? 0 : POLLIN) | (terminal_full ? POLLOUT : 0);
  int is_held = terminal_full || interrupt_pause() >= 0;
  short of_viewer = is_held ? 0 : POLLIN;
  if (words_length || head_left || body_left || worth_sending()) of_viewer |= POLLOUT;
  struct pollfd all[] = {
      {.fd = listener, .events = POLLIN},
      {.fd = signals, .events = POLLIN},
      {.fd = of_terminal ? terminal : -1, .events = of_terminal},
      {.fd = viewer, .events = of_viewer},
  };
  int begun = phase != WAITING;
  int ready = poll(all, 4, patience());
  if (ready < 0) {
    if (errno == EINTR) return;
    die("poll");
  }
  if (deadline && now() >= deadline) finish(path);
  deserted = 0;
  if (ready == 0) flooding = 0;
  if (all[1].revents) {
    struct signalfd_siginfo news;
    int status;
    if (read(signals, &news, sizeof news) < 0 && errno != EAGAIN) die("signals");
    if (phase != ENDED && waitpid(shell, &status, WNOHANG) == shell) {
      end(status);
      /* It never became a shell, and nobody asks how it ended. */
      if (!begun) finish(path);
    }
  }
  if (all[0].revents) {
    greet();
    all[3].revents = 0;
  }
  if (terminal >= 0 && all[2].revents & (POLLIN | POLLHUP)) {
    for (int piece = 0; piece < GATHERED && !unread() && hear(); piece++) continue;
  }
  if (all[2].revents & (POLLOUT | POLLHUP)) terminal_full = 0;
  if (viewer >= 0 && is_held && !terminal_full && !take()) leave();
  if (viewer >= 0 && all[3].revents & (POLLIN | POLLHUP | POLLERR) && !listen_to_viewer()) {
    if (farewell) finish(path);
    leave();
  }
  bid_farewell();
  if (viewer >= 0 && !tell()) leave();
  bid_farewell();
}

int main(int count, char **arguments) {
  if (count < 3) {
    fprintf(stderr, "Use: holder <socket> <command> [argument...]\n");
    return 64;
  }
  setsid();
  signal(SIGHUP, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  signals = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) die("signalfd");
  deadline = now() + ALONE_MS;
  start(arguments + 2);
  open_socket(arguments[1]);
  for (;;) attend(arguments[1]);
}
