namespace Saker.Detector.Tests.Configuration;

/// <summary>The falco.yaml of Falco's versions, as people still have them.</summary>
public static class FalcoVersions
{
    /// <summary>Whole files as the versions had them.</summary>
    public static TheoryData<string, string> Files => new()
    {
        {
            "0.20",
            """
            rules_file:
              - /etc/falco/falco_rules.yaml
              - /etc/falco/falco_rules.local.yaml
              - /etc/falco/k8s_audit_rules.yaml
              - /etc/falco/rules.d
            time_format_iso_8601: false
            json_output: false
            json_include_output_property: true
            log_stderr: true
            log_syslog: true
            log_level: info
            priority: debug
            buffered_outputs: false
            syscall_event_drops:
              actions:
                - log
                - alert
              rate: .03333
              max_burst: 10
            outputs:
              rate: 1
              max_burst: 1000
            syslog_output:
              enabled: true
            file_output:
              enabled: false
              keep_alive: false
              filename: ./events.txt
            stdout_output:
              enabled: true
            webserver:
              enabled: true
              listen_port: 8765
              k8s_audit_endpoint: /k8s_audit
              ssl_enabled: false
              ssl_certificate: /etc/falco/falco.pem
            program_output:
              enabled: false
              keep_alive: false
              program: mail -s "Falco Notification" someone@example.com
            http_output:
              enabled: false
              url: http://some.url
            grpc:
              enabled: false
              bind_address: "unix:///var/run/falco.sock"
              threadiness: 8
            grpc_output:
              enabled: false
            """
        },
        {
            "0.33",
            """
            rules_file: [/etc/falco/falco_rules.yaml, /etc/falco/rules.d]
            watch_config_files: true
            plugins:
              - name: k8saudit
                library_path: libk8saudit.so
                init_config: ""
                open_params: "http://:9765/k8s-audit"
              - name: json
                library_path: libjson.so
                init_config: ""
            load_plugins: []
            syscall_event_timeouts:
              max_consecutives: 1000
            syscall_event_drops: {threshold: .1, actions: [log, alert], rate: .03333, max_burst: 1}
            syscall_buf_size_preset: 4
            output_timeout: 2000
            outputs:
              rate: 0
              max_burst: 1000
            metadata_download:
              max_mb: 100
              chunk_wait_us: 1000
              watch_freq_sec: 1
            webserver:
              enabled: true
              threadiness: 0
              listen_port: 8765
              k8s_healthz_endpoint: /healthz
            """
        },
        {
            "0.36",
            """
            rules_file:
              - /etc/falco/falco_rules.yaml
            json_include_tags_property: true
            outputs_queue:
              capacity: 0
              recovery: 0
            syscall_buf_size_preset: 5
            syscall_drop_failed_exit: true
            modern_bpf:
              cpus_for_each_syscall_buffer: 3
            base_syscalls:
              custom_set: []
              repair: false
            metrics:
              enabled: false
              interval: 1h
              output_rule: true
              resource_utilization_enabled: true
              state_counters_enabled: true
              kernel_event_counters_enabled: true
              libbpf_stats_enabled: true
              convert_memory_to_mb: true
              include_empty_values: false
            libs_logger:
              enabled: false
              severity: debug
            http_output:
              enabled: true
              url: "http://falcosidekick:2801"
              user_agent: "falcosecurity/falco"
              insecure: false
              ca_cert: ""
              ca_bundle: ""
              ca_path: "/etc/ssl/certs"
              mtls: false
              client_cert: "/etc/ssl/certs/client.crt"
              client_key: "/etc/ssl/certs/client.key"
              echo: false
              compress_uploads: false
              keep_alive: false
            """
        },
        {
            "0.40",
            """
            rules_files: [/etc/falco/falco_rules.yaml]
            config_files: [/etc/falco/config.d]
            engine:
              kind: kmod
              kmod:
                buf_size_preset: 6
                drop_failed_exit: yes
              ebpf:
                probe: ${HOME}/.falco/falco-bpf.o
                buf_size_preset: 4
                drop_failed_exit: false
              modern_ebpf:
                cpus_for_each_buffer: 2
                buf_size_preset: 4
                drop_failed_exit: false
              replay:
                capture_file: ""
              gvisor:
                config: ""
                root: ""
            container_engines:
              docker: {enabled: true}
              cri: {enabled: true, sockets: [/run/containerd/containerd.sock], disable_async: false}
            rule_matching: first
            append_output:
              - suggested_output: On
                match: {source: syscall}
              - extra_fields:
                  - environment: "%evt.hostname"
            falco_libs:
              thread_table_size: 262144
            """
        },
    };
}
