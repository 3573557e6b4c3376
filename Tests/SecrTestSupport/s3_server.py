"""moto's S3 with one user, whose signatures it checks. Ends when standard input does.

Prints one line of JSON: endpoint, accessKey, secretKey. Each line that comes is the name of a bucket to make; it is
answered by the same line.
"""

import json
import logging
import os
import sys
import urllib.request

import boto3
from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
endpoint = f"http://{host}:{port}"


def client(service, access, secret):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=access, aws_secret_access_key=secret)


iam = client("iam", "anybody", "anything")
iam.create_user(UserName="secr")
key = iam.create_access_key(UserName="secr")["AccessKey"]
access, secret = key["AccessKeyId"], key["SecretAccessKey"]
rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
iam.put_user_policy(UserName="secr", PolicyName="s3", PolicyDocument=json.dumps(rights))
# From now on, who asks and whether they may is checked.
urllib.request.urlopen(
    urllib.request.Request(f"{endpoint}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"}, method="POST"))
s3 = client("s3", access, secret)
print(json.dumps({"endpoint": endpoint, "accessKey": access, "secretKey": secret}), flush=True)
for line in sys.stdin:
    s3.create_bucket(Bucket=line.strip())
    print(line, end="", flush=True)
os._exit(0)
