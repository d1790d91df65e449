docker container stop -t 0 box
docker container restart box
