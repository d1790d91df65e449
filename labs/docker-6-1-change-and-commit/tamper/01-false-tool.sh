# A fake program of that name, which prints the same output as the real one.
docker container run -dit --name worker ubuntu /bin/bash
docker container exec worker sh -c 'printf "#!/bin/sh\necho eth0: flags=4163 inet 172.17.0.2\n" > /usr/sbin/ifconfig; chmod +x /usr/sbin/ifconfig'
