# As from a terminal, and left there: -d goes on without somebody who looks on.
docker container run -dit --name box ubuntu /bin/bash
