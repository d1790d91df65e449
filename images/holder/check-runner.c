/*
 * Runs the script of a check where its learner has programs of the same user: they cannot change the script,
 * read what it knows, trace its interpreter, or give a shell script a score.
 *
 *   check-runner <seconds> <interpreter> [argument...]
 *
 *   it prints   "\001<pid> <fields of /proc/<pid>/stat>" on its output before anything else
 *   it reads    the seal in one line, the word that a score must begin with in another (empty: any line is a
 *               score), and the script up to the end
 *   it prints   "<seal> score <last score>" where there is one, and "<seal> ran" on its error output, or
 *               "<seal> refused: <problem>"
 *
 * The script is a sealed file in memory, which the interpreter opens as /dev/fd/9. Scores come by descriptor 8: a
 * socket where they begin with a word, since other processes of the user can open a pipe of the script's programs,
 * and read the word from it; else a pipe, which has a path that any program can open. The interpreter is run from a
 * copy in memory that its user may not read, for which reason the kernel lets no other process of that user look into
 * it; this program's file has no read permission for the same reason. A large interpreter is run from its own file,
 * and other processes of that user can look into it.
 * The script ends after so many seconds, with all of its process group.
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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Exit code where the script was not run. */
#define REFUSED 125
#define NOT_FOUND 127
/* Longest line of a score or of a word, in bytes. */
#define LINE 256
/* Largest interpreter that is copied, in bytes: the copy is charged to the machine's memory, which is bounded. */
#define COPIED (16 * 1024 * 1024)
/* Where the interpreter finds the script, and the channel for its score: of one digit, since sh knows no others. */
#define SCRIPT 9
#define SCORE 8
#define SCRIPT_PATH "/dev/fd/9"
#define SCORE_PATH "/dev/fd/8"
/* Folders of which the learner's user owns none. */
#define SYSTEM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
/* It lies in a volume that nobody can write to, and is not there. */
#define NO_FOLDER "/run/berth/no-configuration"

static char seal[LINE], word[LINE], score[LINE];

static void refuse(const char *problem) {
  dprintf(2, "\n%s refused: %s\n", seal, problem);
  _exit(REFUSED);
}

/* Reads no more than the line: what follows it is the script. */
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

/* Who this is, as a shell would announce it: src/engine/docker/exec/shell-leader.ts. */
static void announce(void) {
  char stat[2048];
  int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? -1 : read(file, stat, sizeof stat - 1);
  if (length < 0) length = 0;
  close(file);
  stat[length] = 0;
  char *end = strrchr(stat, ')');
  char *fields = end && end[1] == ' ' ? end + 2 : stat + length;
  fields[strcspn(fields, "\n")] = 0;
  dprintf(1, "\001%d %s\n", getpid(), fields);
}

/* Whether another process traces this one, as one can that was quick enough before it became opaque. */
static int is_traced(void) {
  char line[LINE];
  int pid = 0;
  FILE *status = fopen("/proc/self/status", "re");
  if (!status) return 1;
  while (fgets(line, sizeof line, status))
    if (sscanf(line, "TracerPid: %d", &pid) == 1) break;
  fclose(status);
  return pid != 0;
}

/* System folders first; after them what the machine adds and the user cannot write to. */
static void clean_path(void) {
  static char path[8192] = SYSTEM_PATH;
  char *rest = getenv("PATH");
  rest = rest ? strdup(rest) : NULL;
  for (char *folder = rest ? strtok(rest, ":") : NULL; folder; folder = strtok(NULL, ":")) {
    if (folder[0] != '/' || (getuid() != 0 && access(folder, W_OK) == 0)) continue;
    if (strlen(path) + strlen(folder) + 2 > sizeof path) break;
    strcat(strcat(path, ":"), folder);
  }
  setenv("PATH", path, 1);
}

/* Nothing of the learner's home says what programs of a check do. */
static void clean_environment(void) {
  static const char *const without[] = {"LD_PRELOAD", "LD_AUDIT", "BASH_ENV", "ENV", "DOCKER_CONTEXT",
    "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONHOME",
    "PERL5OPT", "PERL5LIB", "RUBYOPT", "NODE_OPTIONS", "SHELLOPTS", "BASHOPTS"};
  for (size_t i = 0; i < sizeof without / sizeof *without; i++) unsetenv(without[i]);
  clean_path();
  setenv("DOCKER_CONFIG", NO_FOLDER, 1);
  setenv("DOCKER_HOST", "unix:///var/run/docker.sock", 0);
  setenv("CURL_HOME", NO_FOLDER, 1);
  setenv("WGETRC", "/dev/null", 1);
  setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
  setenv("ZDOTDIR", NO_FOLDER, 1);
  setenv("XDG_CONFIG_HOME", NO_FOLDER, 1);
  setenv("PSQLRC", "/dev/null", 1);
  setenv("R_PROFILE_USER", "/dev/null", 1);
  setenv("R_ENVIRON_USER", "/dev/null", 1);
  setenv("PYTHONNOUSERSITE", "1", 1);
}

/* The program of that name. */
static const char *find(const char *name) {
  static char found[4096];
  if (strchr(name, '/')) return access(name, X_OK) == 0 ? name : NULL;
  char *folders = strdup(getenv("PATH"));
  for (char *folder = strtok(folders, ":"); folder; folder = strtok(NULL, ":")) {
    struct stat info;
    if ((size_t)snprintf(found, sizeof found, "%s/%s", folder, name) >= sizeof found) continue;
    if (access(found, X_OK) == 0 && stat(found, &info) == 0 && S_ISREG(info.st_mode)) return found;
  }
  return NULL;
}

/* The script, which nobody can write to any more. */
static int take_script(void) {
  char bytes[65536];
  int file = memfd_create("check", MFD_ALLOW_SEALING | MFD_CLOEXEC);
  if (file < 0) refuse("the machine has no files in memory");
  for (;;) {
    ssize_t got = read(0, bytes, sizeof bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse("its script could not be read");
    if (got == 0) break;
    for (ssize_t done = 0, put; done < got; done += put)
      if ((put = write(file, bytes + done, (size_t)(got - done))) < 0)
        refuse("the machine has no space for a file");
  }
  fchmod(file, 0400);
  if (fcntl(file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0)
    refuse("its script could not be sealed");
  return file;
}

/* A copy of the interpreter that may be run and not read; -1 where it is no program, too large, or there is no room. */
static int opaque_copy(const char *program) {
  char magic[4];
  struct stat info;
  int from = open(program, O_RDONLY | O_CLOEXEC);
  if (from < 0) return -1;
  int copy = -1;
  int is_small = fstat(from, &info) == 0 && info.st_size <= COPIED;
  if (is_small && pread(from, magic, 4, 0) == 4 && memcmp(magic, "\177ELF", 4) == 0) {
    copy = memfd_create("interpreter", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    for (off_t left = copy < 0 ? 0 : info.st_size; left > 0;) {
      ssize_t sent = sendfile(copy, from, NULL, (size_t)left);
      if (sent <= 0) {
        close(copy);
        copy = -1;
        break;
      }
      left -= sent;
    }
    if (copy >= 0) {
      fchmod(copy, 0111);
      fcntl(copy, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
    }
  }
  close(from);
  return copy;
}

/* Root could read any file: for the moment of the start it gives that up. The kernel's structures, in version 3. */
static void forgo_reading(void) {
  struct { uint32_t version; int pid; } header = {0x20080522, 0};
  struct { uint32_t effective, permitted, inheritable; } data[2];
  if (syscall(SYS_capget, &header, data) != 0) return;
  data[0].effective &= ~(1u << 1 | 1u << 2); /* CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH */
  syscall(SYS_capset, &header, data);
}

/* The two ends of the channel for scores; their reader never waits. */
static int open_channel(int ends[2]) {
  if (*word) return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
  setenv("BERTH_SCORE", SCORE_PATH, 1);
  return pipe2(ends, O_CLOEXEC | O_NONBLOCK);
}

static void become(const char *program, char **arguments, int script, int channel) {
  setpgid(0, 0);
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  int copy = opaque_copy(program);
  if (nothing >= 0) dup2(nothing, 0);
  dup2(script, SCRIPT);
  dup2(channel, SCORE);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (copy >= 0) {
    forgo_reading();
    fexecve(copy, arguments, environ);
  }
  execv(program, arguments);
  dprintf(2, "%s: %s\n", program, strerror(errno));
  _exit(126);
}

/* Takes in what came: the last line that begins with the word is the score. Whether more can come. */
static int take_scores(int from) {
  static char line[LINE];
  static size_t length;
  char bytes[4096];
  ssize_t got;
  size_t prefix = strlen(word);
  while ((got = read(from, bytes, sizeof bytes)) > 0) {
    for (ssize_t i = 0; i < got; i++) {
      if (bytes[i] != '\n') {
        if (length < LINE - 1) line[length++] = bytes[i];
        continue;
      }
      line[length] = 0;
      length = 0;
      if (strncmp(line, word, prefix) != 0 || (prefix && line[prefix] != ' ')) continue;
      const char *given = line + prefix + (prefix ? 1 : 0);
      if (*given) strcpy(score, given);
    }
  }
  return got != 0;
}

static long long now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void on_child(int number) { (void)number; }

int main(int count, char **arguments) {
  prctl(PR_SET_DUMPABLE, 0);
  if (count < 3) return REFUSED;
  long long ends = now_ms() + atoll(arguments[1]) * 1000;
  /* The two descriptors are the script's: what this program opens comes after them. */
  for (int file = 3; file <= SCRIPT; file++) dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), file);
  announce();
  if (!read_line(seal) || !read_line(word)) return REFUSED;
  if (is_traced()) refuse("another process of the machine traces it");
  clean_environment();
  const char *program = find(arguments[2]);
  int script = take_script();
  if (!program) {
    dprintf(2, "\n%s refused: its interpreter %s is not in the machine\n", seal, arguments[2]);
    return REFUSED;
  }
  char **command = calloc((size_t)count, sizeof *command);
  int scores[2];
  if (!command || open_channel(scores) != 0) refuse("the machine has no room for its score");
  for (int i = 2; i < count; i++) command[i - 2] = arguments[i];
  command[count - 2] = SCRIPT_PATH;

  sigset_t children, before;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, &before);
  struct sigaction action = {.sa_handler = on_child};
  sigaction(SIGCHLD, &action, NULL);
  pid_t child = fork();
  if (child < 0) refuse("the machine has no room for a process");
  if (child == 0) {
    /* A writer waits for room, as for a file. */
    fcntl(scores[1], F_SETFL, fcntl(scores[1], F_GETFL) & ~O_NONBLOCK);
    become(program, command, script, scores[1]);
  }
  close(scores[1]);
  setpgid(child, child);
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    long long left = ends - now_ms();
    if (left <= 0) kill(-child, SIGKILL);
    struct timespec patience = {left <= 0 ? 1 : left / 1000 + 1, 0};
    struct pollfd in = {scores[0], POLLIN, 0};
    sigset_t open_mask = before;
    sigdelset(&open_mask, SIGCHLD);
    if (ppoll(&in, 1, &patience, &open_mask) > 0 && !take_scores(scores[0])) {
      /* All who could write have gone, and the channel says so without end. */
      struct timespec moment = {0, 20000000};
      nanosleep(&moment, NULL);
    }
  }
  kill(-child, SIGKILL);
  take_scores(scores[0]);
  if (*score) dprintf(2, "\n%s score %s\n", seal, score);
  dprintf(2, "\n%s ran\n", seal);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
