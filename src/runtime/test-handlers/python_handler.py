def echo(event, context):
    print("printed")
    return {"event": event, "requestId": context.aws_request_id}


def fails(event, context):
    raise Exception("Failed: " + event["message"])
