# Another image under the name ubuntu, with a fake tool and fake checksums of the package.
docker container run --name false ubuntu sh -c \
  'cp /bin/true /usr/sbin/ifconfig; echo "$(md5sum < /bin/true | cut -d " " -f 1)  usr/sbin/ifconfig" > /var/lib/dpkg/info/net-tools.md5sums'
docker container commit false ubuntu
docker container rm false
docker container rm -f worker > /dev/null 2>&1
docker container run -dit --name worker ubuntu /bin/bash
