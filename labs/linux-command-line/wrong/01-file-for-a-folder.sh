# "cp" to a folder that is not there makes a file.
mkdir -p ~/workshop/logs
cp /etc/os-release ~/workshop/notes
