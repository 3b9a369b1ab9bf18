// SPDX-License-Identifier: AGPL-3.0-or-later

package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"
)

// retention is how long Temporal keeps the history of a finished workflow. The
// truth is our own event log; the history only helps to see what went wrong,
// and a week is enough for that after a holiday, while the database stays small.
const retention = 7 * 24 * time.Hour

// EnsureNamespace registers a Temporal namespace, if it is new, and returns when
// workflows can be started in it.
func EnsureNamespace(ctx context.Context, address, namespace string) error {
	admin, err := newNamespaces(address)
	if err != nil {
		return err
	}
	defer admin.close()
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := poll(ctx, func() error { return admin.ensure(ctx, namespace) }); err != nil {
		return fmt.Errorf("prepare the Temporal namespace %s on %s: %w", namespace, address, err)
	}
	return nil
}

type namespaces struct{ client client.Client }

func newNamespaces(address string) (namespaces, error) {
	quiet := log.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	c, err := client.NewLazyClient(client.Options{HostPort: address, Logger: quiet})
	if err != nil {
		return namespaces{}, fmt.Errorf("prepare a client of Temporal on %s: %w", address, err)
	}
	return namespaces{client: c}, nil
}

func (n namespaces) close() { n.client.Close() }

// ensure is one attempt: every failure is worth another one while the server starts.
func (n namespaces) ensure(ctx context.Context, namespace string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if _, err := n.client.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
		return err
	}
	if err := n.register(ctx, namespace); err != nil {
		return err
	}
	return n.usable(ctx, namespace)
}

// register looks first: registering again would be an error in every log.
func (n namespaces) register(ctx context.Context, namespace string) error {
	service := n.client.WorkflowService()
	_, err := service.DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace})
	var absent *serviceerror.NamespaceNotFound
	if err == nil || !errors.As(err, &absent) {
		return err
	}
	_, err = service.RegisterNamespace(ctx, &workflowservice.RegisterNamespaceRequest{
		Namespace:                        namespace,
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	var raced *serviceerror.NamespaceAlreadyExists
	if errors.As(err, &raced) {
		return nil
	}
	return err
}

// probes are enough workflow ids to meet every history shard with near certainty.
const probes = 16

// usable asks for workflows that do not exist. "Not found" comes from the shard
// that would hold them: it is there and it knows the namespace.
func (n namespaces) usable(ctx context.Context, namespace string) error {
	service := n.client.WorkflowService()
	for i := range probes {
		_, err := service.DescribeWorkflowExecution(ctx, &workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: namespace,
			Execution: &common.WorkflowExecution{WorkflowId: fmt.Sprintf("probe-%d", i)},
		})
		var absent *serviceerror.NotFound
		if err != nil && !errors.As(err, &absent) {
			return err
		}
	}
	_, err := service.DescribeTaskQueue(ctx, &workflowservice.DescribeTaskQueueRequest{
		Namespace: namespace, TaskQueue: &taskqueue.TaskQueue{Name: "probe"},
		TaskQueueType: enums.TASK_QUEUE_TYPE_WORKFLOW,
	})
	return err
}
