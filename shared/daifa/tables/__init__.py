"""DynamoDB: the only place that knows keys."""
