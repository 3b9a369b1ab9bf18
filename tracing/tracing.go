// SPDX-License-Identifier: AGPL-3.0-or-later

// Package tracing follows one command through all its hops, in OpenTelemetry's
// form. It is off unless the usual OTEL_ variables ask for it, and its spans hold
// ids, codes and patterns of routes: no name, no address, no content.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	temporaltrace "go.temporal.io/sdk/contrib/opentelemetry"
	"go.temporal.io/sdk/interceptor"
)

// Asked tells whether the environment wants traces: an exporter or an endpoint
// is named, and nothing switches them off.
func Asked() bool {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") || os.Getenv("OTEL_TRACES_EXPORTER") == "none" {
		return false
	}
	return os.Getenv("OTEL_TRACES_EXPORTER") == "otlp" || os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") != "" || os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != ""
}

// Start sends the traces of this process where the environment says, over OTLP
// and HTTP, until stop is called. Where nobody asked for traces it does nothing.
func Start(ctx context.Context, service, version string) (stop func(context.Context) error, err error) {
	if !Asked() {
		return func(context.Context) error { return nil }, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	about, err := resource.New(ctx, resource.WithAttributes(attribute.String("service.name", "ricongiungi-"+service),
		attribute.String("service.version", version)), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	Use(provider)
	return provider.Shutdown, nil
}

// Use has all spans of this process go to the provider.
func Use(provider trace.TracerProvider) {
	otel.SetTracerProvider(provider)
	otel.SetTextMapPropagator(propagation.TraceContext{})
}

// Temporal carries traces through Temporal: from the call of an update to the
// workflow that takes it and the activity that decides it.
func Temporal() (interceptor.Interceptor, error) {
	i, err := temporaltrace.NewTracingInterceptor(temporaltrace.TracerOptions{TextMapPropagator: propagation.TraceContext{}, DisableBaggage: true})
	if err != nil {
		return nil, fmt.Errorf("tracing: %w", err)
	}
	return i, nil
}

// HTTP gives each request a span, named by the pattern of its route. It must
// stand inside the router, where the pattern is known afterwards.
func HTTP(next http.Handler) http.Handler {
	tracer := otel.Tracer("ricongiungi/http")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := otel.GetTextMapPropagator().Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, r.Method, trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		recorded := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		r = r.WithContext(ctx)
		next.ServeHTTP(recorded, r)
		route := chi.RouteContext(r.Context()).RoutePattern()
		span.SetName(r.Method + " " + route)
		span.SetAttributes(attribute.String("http.request.method", r.Method), attribute.String("http.route", route),
			attribute.Int("http.response.status_code", recorded.Status()))
		if recorded.Status() >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, http.StatusText(recorded.Status()))
		}
	})
}

// Logged adds the ids of the trace to every line that is logged on its way, so
// that one leads to the other.
func Logged(next slog.Handler) slog.Handler { return logged{next} }

type logged struct{ slog.Handler }

// Handle adds the ids, if there are any.
func (l logged) Handle(ctx context.Context, r slog.Record) error {
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		r.AddAttrs(slog.String("trace_id", span.TraceID().String()), slog.String("span_id", span.SpanID().String()))
	}
	return l.Handler.Handle(ctx, r)
}

// WithAttrs keeps adding the ids.
func (l logged) WithAttrs(attrs []slog.Attr) slog.Handler { return logged{l.Handler.WithAttrs(attrs)} }

// WithGroup keeps adding the ids.
func (l logged) WithGroup(name string) slog.Handler { return logged{l.Handler.WithGroup(name)} }
