/* What "docker run hello-world" says where the image of that name can not be fetched. */
#include <unistd.h>

static const char text[] =
    "\n"
    "Hello from Docker!\n"
    "If you can read this, your Docker works. This is how it came to your screen:\n"
    "\n"
    " 1. You gave a command to the Docker client, the program \"docker\".\n"
    " 2. The client passed it on to the Docker daemon, \"dockerd\".\n"
    " 3. The daemon had no image \"hello-world\" yet, and pulled it from a registry.\n"
    " 4. The daemon made a new container from that image, and ran the program in it.\n"
    " 5. What the program printed went from the daemon to the client, and to you.\n"
    "\n"
    "Something larger to try, a whole system with a shell:\n"
    " $ docker run -it ubuntu bash\n"
    "\n";

int main(void) {
  const char *rest = text;
  const char *end = text + sizeof text - 1;
  while (rest < end) {
    ssize_t written = write(STDOUT_FILENO, rest, end - rest);
    if (written < 0) return 1;
    rest += written;
  }
  return 0;
}
