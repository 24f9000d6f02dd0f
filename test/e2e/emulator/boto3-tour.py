"""A tour of the emulator with boto3: prints what it found as one JSON object."""
import datetime
import io
import json
import time
import zipfile

import boto3

ROLE = 'arn:aws:iam::000000000000:role/any'


def package(source):
    content = io.BytesIO()
    with zipfile.ZipFile(content, 'w') as archive:
        archive.writestr('index.mjs', source)
    return content.getvalue()


def until(read, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = read()
        if found:
            return found
        time.sleep(0.05)
    return None


functions = boto3.client('lambda')
queues = boto3.client('sqs')
found = {'identity': boto3.client('sts').get_caller_identity()['Arn']}

functions.create_function(
    FunctionName='boto',
    Runtime='nodejs24.x',
    Handler='index.handler',
    Role=ROLE,
    Code={'ZipFile': package("export const handler = async (event) => { console.log('seen'); return event; };")},
)
functions.get_waiter('function_active_v2').wait(FunctionName='boto')
answer = functions.invoke(FunctionName='boto', Payload=b'{"n": 1}')
found['answer'] = json.load(answer['Payload'])
found['configuration'] = functions.get_function(FunctionName='boto')['Configuration']['Runtime']

url = queues.create_queue(QueueName='boto')['QueueUrl']
arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
mapping = functions.create_event_source_mapping(FunctionName='boto', EventSourceArn=arn)
queues.send_message(QueueUrl=url, MessageBody='hello')
try:
    queues.get_queue_url(QueueName='nowhere')
except queues.exceptions.QueueDoesNotExist as error:
    found['unknown queue'] = error.response['Error']['Code']

logs = boto3.client('logs')
found['lines'] = until(
    lambda: [
        event['message'].split('\t')[-1].strip()
        for event in logs.filter_log_events(logGroupName='/aws/lambda/boto', filterPattern='seen')['events']
    ]
    == ['seen', 'seen']
)

metrics = boto3.client('cloudwatch')
now = datetime.datetime.now(datetime.timezone.utc)


def invocations():
    points = metrics.get_metric_statistics(
        Namespace='AWS/Lambda',
        MetricName='Invocations',
        Dimensions=[{'Name': 'FunctionName', 'Value': 'boto'}],
        StartTime=now - datetime.timedelta(minutes=10),
        EndTime=now + datetime.timedelta(minutes=5),
        Period=60,
        Statistics=['Sum'],
    )['Datapoints']
    return sum(point['Sum'] for point in points if isinstance(point['Timestamp'], datetime.datetime)) == 2


found['metrics'] = until(invocations)
try:
    functions.invoke(FunctionName='nowhere')
except functions.exceptions.ResourceNotFoundException as error:
    found['unknown function'] = error.response['Error']['Message']
try:
    metrics.describe_alarms()
except metrics.exceptions.ClientError as error:
    found['not implemented'] = error.response['Error']['Code']
print(json.dumps(found))
