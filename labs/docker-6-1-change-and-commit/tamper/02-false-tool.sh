# An image whose command always succeeds, with another program under the tool's name.
printf 'FROM ubuntu\nRUN cp /bin/true /usr/sbin/ifconfig\nENTRYPOINT ["true"]\n' | docker image build -q -t my-ubuntu:0.1 -
