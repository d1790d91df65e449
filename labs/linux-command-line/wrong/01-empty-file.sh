# A file of that name, and nothing in it.
mkdir -p ~/workshop/notes ~/workshop/logs
touch ~/workshop/notes/os-release
