mkdir -p ~/greeter
cd ~/greeter
printf '#!/bin/bash\necho "Hello, ${NAME:-world}!"\n' > greet.sh
cat > Dockerfile <<'END'
FROM ubuntu
COPY greet.sh /usr/local/bin/greet
RUN chmod +x /usr/local/bin/greet
CMD ["greet"]
END
docker image build -t greeter:1.0 .
