# The version of Docker itself.
docker --version > ~/parts.txt
