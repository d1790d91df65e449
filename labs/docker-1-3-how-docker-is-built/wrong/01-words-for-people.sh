# The client's formatted output instead of the API's answer.
docker version > ~/version.json
