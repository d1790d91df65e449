# Created from inside the folder notes.
mkdir -p ~/workshop/notes/logs
cp /etc/os-release ~/workshop/notes
