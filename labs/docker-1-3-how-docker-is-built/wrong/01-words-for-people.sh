# What the client makes of the answer.
docker version > ~/version.json
