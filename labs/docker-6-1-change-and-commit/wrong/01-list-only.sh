# The list of packages was fetched, and nothing installed.
docker container run -dit --name worker ubuntu /bin/bash
docker container exec worker apt-get update
