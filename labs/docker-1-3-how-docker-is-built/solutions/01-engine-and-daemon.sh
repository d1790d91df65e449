curl -s --unix-socket /run/docker.sock http://localhost/version > ~/version.json
