"""Alarms on an expression of several metrics.

CloudFormation creates them; MiniStack's handler refuses `Metrics`. Here the alarm is stored as one on the first of its
metrics, and keeps the expression under `Metrics`. No alarm of the emulator ever fires, so nothing is lost.
"""


def patch(provisioners):
    record = provisioners._cw_metric_alarm_record

    def record_with_expression(name, properties):
        metrics = properties.get("Metrics")
        if not metrics:
            return record(name, properties)
        first = next(metric["MetricStat"] for metric in metrics if "MetricStat" in metric)
        one_metric = {
            **{key: value for key, value in properties.items() if key != "Metrics"},
            "Namespace": first["Metric"]["Namespace"],
            "MetricName": first["Metric"]["MetricName"],
            "Dimensions": first["Metric"]["Dimensions"],
            "Statistic": first["Stat"],
            "Period": first["Period"],
        }
        return {**record(name, one_metric), "Metrics": metrics}

    provisioners._cw_metric_alarm_record = record_with_expression
