"""HTTP APIs defined by an OpenAPI document, and the settings of their stages.

`AWS::Serverless::HttpApi` becomes an `AWS::ApiGatewayV2::Api` with a `Body`. AWS creates routes and integrations from
that document; MiniStack ignores it. It also stores stage settings under the template's names (`ThrottlingRateLimit`),
although its API should return camelCase (`throttlingRateLimit`).
"""

import json

VERBS = ("get", "post", "put", "delete", "patch", "head", "options")
ANY_VERB = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"


def patch(provisioners):
    handlers = provisioners._RESOURCE_HANDLERS
    api = handlers["AWS::ApiGatewayV2::Api"]
    create, update = api["create"], api["update"]

    def create_with_routes(logical_id, properties, stack_name):
        body = properties.get("Body")
        if body:
            properties = {"Name": body.get("info", {}).get("title"), **properties}
        api_id, attributes = create(logical_id, properties, stack_name)
        if body:
            import_routes(provisioners, api_id, body)
        return api_id, attributes

    def update_with_routes(physical_id, old, new, stack_name, logical_id=None):
        api_id, attributes = update(physical_id, old, new, stack_name, logical_id)
        if new.get("Body"):
            import_routes(provisioners, api_id, new["Body"])
        return api_id, attributes

    api["create"], api["update"] = create_with_routes, update_with_routes

    stored = provisioners._apigw_v2_stage_props

    def stage_settings(properties):
        settings = stored(properties)
        settings["defaultRouteSettings"] = in_camel_case(properties.get("DefaultRouteSettings"))
        per_route = properties.get("RouteSettings") or {}
        settings["routeSettings"] = {route: in_camel_case(values) for route, values in per_route.items()}
        return settings

    provisioners._apigw_v2_stage_props = stage_settings


def import_routes(provisioners, api_id, body):
    """Replaces the API's routes and integrations with those in the document."""
    handlers, service = provisioners._RESOURCE_HANDLERS, provisioners._apigw_v2
    service._routes[api_id].clear()
    service._integrations[api_id].clear()
    known = {}
    for path, operations in body.get("paths", {}).items():
        for verb, operation in operations.items():
            if verb not in VERBS and verb != ANY_VERB:
                continue
            integration = operation.get(INTEGRATION)
            if integration is None:
                continue
            same = json.dumps(integration, sort_keys=True)
            if same not in known:
                properties = integration_properties(api_id, integration)
                known[same], _ = handlers["AWS::ApiGatewayV2::Integration"]["create"]("Body", properties, "body")
            method = "ANY" if verb == ANY_VERB else verb.upper()
            key = "$default" if path == "/$default" else f"{method} {path}"
            properties = {"ApiId": api_id, "RouteKey": key, "Target": f"integrations/{known[same]}"}
            handlers["AWS::ApiGatewayV2::Route"]["create"]("Body", properties, "body")


def integration_properties(api_id, integration):
    uri = integration.get("uri", "")
    if "/functions/" in uri:
        # arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations
        uri = uri.split("/functions/", 1)[1].rsplit("/invocations", 1)[0]
    return {
        "ApiId": api_id,
        "IntegrationType": integration.get("type", "aws_proxy").upper(),
        "IntegrationUri": uri,
        "IntegrationMethod": integration.get("httpMethod", "POST"),
        "PayloadFormatVersion": str(integration.get("payloadFormatVersion", "2.0")),
        "TimeoutInMillis": integration.get("timeoutInMillis", 30000),
    }


def in_camel_case(settings):
    return {name[0].lower() + name[1:]: value for name, value in (settings or {}).items()}
