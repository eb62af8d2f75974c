# SPDX-License-Identifier: Apache-2.0
"""An OTLP receiver on a free port: prints the port, then one JSON line for every span and log record that it receives.

Attributes come as one object of plain values, trace and span ids as hex. https://opentelemetry.io/docs/specs/otlp/
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


def plain(value):
    kind = value.WhichOneof("value")
    if kind == "kvlist_value":
        return attributes(value.kvlist_value.values)
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None


def attributes(pairs):
    return {pair.key: plain(pair.value) for pair in pairs}


def show(item):
    sys.stdout.write(json.dumps(item) + "\n")
    sys.stdout.flush()


class Traces(trace_service_pb2_grpc.TraceServiceServicer):
    def Export(self, request, context):
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    show(
                        {
                            "type": "span",
                            "resource": attributes(resource.resource.attributes),
                            "name": span.name,
                            "kind": span.kind,
                            "traceId": span.trace_id.hex(),
                            "spanId": span.span_id.hex(),
                            "parentSpanId": span.parent_span_id.hex(),
                            "status": span.status.code,
                            "attributes": attributes(span.attributes),
                        }
                    )
        return trace_service_pb2.ExportTraceServiceResponse()


class Logs(logs_service_pb2_grpc.LogsServiceServicer):
    def Export(self, request, context):
        for resource in request.resource_logs:
            for scope in resource.scope_logs:
                for record in scope.log_records:
                    show(
                        {
                            "type": "log",
                            "resource": attributes(resource.resource.attributes),
                            "body": plain(record.body),
                            "traceId": record.trace_id.hex(),
                            "spanId": record.span_id.hex(),
                            "attributes": attributes(record.attributes),
                        }
                    )
        return logs_service_pb2.ExportLogsServiceResponse()


server = grpc.server(ThreadPoolExecutor(max_workers=4))
trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), server)
logs_service_pb2_grpc.add_LogsServiceServicer_to_server(Logs(), server)
show({"port": server.add_insecure_port("127.0.0.1:0")})
server.start()
sys.stdin.read()  # Ends with the process that started it.
server.stop(None)
