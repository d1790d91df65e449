#define _GNU_SOURCE
#include "interrupt.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

/* How often a program that is waited for is looked at, in milliseconds. */
#define LOOK_MS 2
/* Longest that Ctrl+C waits for a program to read a paste, in milliseconds: a large one takes seconds on a busy host. */
#define PASTE_MS 10000
/* The same for text that was just typed, which takes a moment: bash loses the key after a Ctrl+C that it gets meanwhile. */
#define TYPED_MS 100
/* A program that takes none of its input for so long does not read, and is interrupted, in milliseconds. */
#define STUCK_MS 1000
/* Longest that typed text waits for a program to hear Ctrl+C, in milliseconds: one that works on may ignore it. */
#define HEARD_MS 2000

enum wait { NOTHING, READING, HEARING };

static enum wait waits_for;
/* When the wait began, and when the program was last seen to read, in milliseconds of the monotonic clock. */
static int64_t began, progressed;
static int last_unread;
/* Brackets of a paste were written since the last Ctrl+C. */
static int pasted;
/* When text was last written, in milliseconds of the monotonic clock; 0 where the program has read it. */
static int64_t typed;
/* How much of the start or the end of brackets the latest bytes were. */
static size_t matched;
/* Ctrl+C was written, and the program may not have heard it. */
static int unheard;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* The characters that the terminal turns into signals: interrupt, quit, suspend. Returns how many there are. */
static size_t signal_characters(int terminal, char characters[3]) {
  static const int names[] = {VINTR, VQUIT, VSUSP};
  struct termios modes;
  size_t count = 0;
  if (tcgetattr(terminal, &modes) || !(modes.c_lflag & ISIG)) return 0;
  for (size_t at = 0; at < 3; at++) {
    cc_t character = modes.c_cc[names[at]];
    if (character != _POSIX_VDISABLE) characters[count++] = (char)character;
  }
  return count;
}

/* Where the first of them is, or the length where there is none. */
static size_t first_signal(int terminal, const char *bytes, size_t length) {
  char characters[3];
  size_t count = signal_characters(terminal, characters);
  for (size_t at = 0; at < length; at++) {
    if (count && memchr(characters, bytes[at], count)) return at;
  }
  return length;
}

/* Whether the leader of the foreground sleeps until something happens. Who can not be seen counts as asleep. */
static int is_asleep(int terminal) {
  char path[64], line[512];
  pid_t leader = tcgetpgrp(terminal);
  if (leader <= 0) return 1;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)leader);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, line, sizeof line - 1);
  if (file >= 0) close(file);
  if (length <= 0) return 1;
  line[length] = 0;
  const char *name_end = strrchr(line, ')');
  return !name_end || !strchr("RD", name_end[1] ? name_end[2] : 0);
}

/*
 * Whether the program has done all that it will with its input, for now. `unread` is set to the bytes that wait
 * for it. To poll its side of the terminal has the kernel first pass on what was written, which wakes a program
 * that waits for it. A program whose output nobody has taken may sleep in the middle of its work.
 */
static int is_settled(int terminal, int *unread) {
  *unread = 0;
  int program = ioctl(terminal, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (program < 0) return 1;
  struct pollfd sides[] = {{.fd = program, .events = POLLIN}, {.fd = terminal, .events = POLLIN}};
  poll(sides, 2, 0);
  ioctl(program, FIONREAD, unread);
  close(program);
  return !(sides[1].revents & POLLIN) && is_asleep(terminal) && poll(sides + 1, 1, 0) == 0;
}

static void wait_for(enum wait what) {
  if (waits_for == what) return;
  waits_for = what;
  began = progressed = now();
  last_unread = -1;
}

/* Whether to go on waiting. */
static int is_waiting(int terminal) {
  int unread;
  int64_t time = now();
  int64_t longest = waits_for == HEARING ? HEARD_MS : pasted ? PASTE_MS : TYPED_MS;
  if (is_settled(terminal, &unread) || time - began >= longest) {
    waits_for = NOTHING;
    return 0;
  }
  if (unread != last_unread || unread == 0) progressed = time;
  last_unread = unread;
  if (waits_for == READING && time - progressed >= STUCK_MS) waits_for = NOTHING;
  return waits_for != NOTHING;
}

size_t interrupt_ready(int terminal, const char *bytes, size_t length) {
  size_t text = first_signal(terminal, bytes, length);
  if (text > 0 && unheard) {
    wait_for(HEARING);
    if (is_waiting(terminal)) return 0;
    unheard = 0;
  }
  if (text > 0) return text;
  if (length > 0 && (pasted || waits_for == READING || (typed && now() - typed < TYPED_MS))) {
    wait_for(READING);
    if (is_waiting(terminal)) return 0;
    pasted = 0;
    typed = 0;
  }
  return length > 0;
}

void interrupt_written(int terminal, const char *bytes, size_t length) {
  static const char brackets[] = "\033[20?~";
  for (size_t at = 0; at < length; at++) {
    char byte = bytes[at];
    int fits = matched == 4 ? byte == '0' || byte == '1' : byte == brackets[matched];
    matched = fits ? matched + 1 : byte == brackets[0];
    if (matched < sizeof brackets - 1) continue;
    pasted = 1;
    matched = 0;
  }
  if (length == 1 && first_signal(terminal, bytes, 1) == 0) {
    unheard = 1;
    pasted = 0;
  } else if (length > 0) {
    typed = now();
  }
}

int interrupt_pause(void) {
  return waits_for == NOTHING ? -1 : LOOK_MS;
}

void interrupt_forget(void) {
  waits_for = NOTHING;
}
