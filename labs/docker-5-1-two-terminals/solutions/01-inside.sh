# Like a terminal that stays open: -d keeps the shell running without an attached client.
docker container run -dit --name box ubuntu /bin/bash
