using System.Buffers;
using Saker.Outputs.Rendering;

namespace Saker.Outputs.Http.Elasticsearch;

/// <summary>The index template (https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-indices-put-index-template): text with a keyword for what Falco's rules print.</summary>
internal static class IndexTemplate
{
    private const int KeywordCharacters = 256;
    private const int MessageKeywordCharacters = 2048;

    private static readonly string[] Texts = ["hostname", "priority", "rule", "source", "tags", "uuid"];

    // The same as Falcosidekick's, so that indices of both are alike.
    private static readonly string[] Fields =
    [
        "container_info", "container_mounts", "container_start",
        "evt_arg_cmd", "evt_arg_fd", "evt_arg_filename", "evt_arg_flags", "evt_arg_linkpath", "evt_arg_mode", "evt_arg_name", "evt_arg_newpath",
        "evt_arg_oldpath", "evt_arg_path", "evt_arg_target", "evt_arg_uid", "evt_args", "evt_res", "evt_type",
        "fd_cip_name", "fd_lip_name", "fd_lport", "fd_name", "fd_nameraw", "fd_rip", "fd_rip_name", "fd_rport", "fd_sip", "fd_sip_name", "fd_sport", "fd_type",
        "group_gid", "group_name", "jevt_obj", "jevt_value",
        "ka_auth_decision", "ka_auth_reason", "ka_req_binding", "ka_req_configmap", "ka_req_pod", "ka_req_role", "ka_req_service", "ka_resp_name",
        "ka_response_code", "ka_response_reason", "ka_target_name", "ka_target_namespace", "ka_target_resource", "ka_target_subresource", "ka_uri",
        "ka_uri_param", "ka_user_name", "ka_verb",
        "proc_aexepath", "proc_aname", "proc_args", "proc_cmdline", "proc_cwd", "proc_env", "proc_exe", "proc_exepath", "proc_name", "proc_pcmdline",
        "proc_pexe", "proc_pexepath", "proc_pname", "proc_sname", "proc_tty",
        "test_dash", "test_slash", "thread_cap", "user_loginname", "user_loginuid", "user_name", "user_uid",
    ];

    /// <summary>The body of the request that makes it.</summary>
    public static ReadOnlyMemory<byte> Body(ElasticsearchOptions options, string pattern)
    {
        var body = new ArrayBufferWriter<byte>(8192);
        var json = new GoJsonWriter(body);
        json.BeginObject();
        json.Name("index_patterns");
        json.BeginList();
        json.Text(pattern);
        json.EndList();
        if (options.DataStream)
        {
            json.Name("data_stream");
            json.BeginObject();
            json.EndObject();
        }

        if (options.ComponentTemplates.Count > 0)
        {
            json.Name("composed_of");
            json.BeginList();
            foreach (var name in options.ComponentTemplates)
            {
                json.Text(name);
            }

            json.EndList();
        }

        json.Name("template");
        json.BeginObject();
        json.Name("mappings");
        json.BeginObject();
        json.Name("properties");
        Properties(json);
        json.EndObject();
        json.Name("settings");
        json.BeginObject();
        json.Name("number_of_replicas");
        json.Number(options.NumberOfReplicas);
        json.Name("number_of_shards");
        json.Number(options.NumberOfShards);
        json.EndObject();
        json.EndObject();
        json.EndObject();
        return body.WrittenMemory;
    }

    private static void Properties(GoJsonWriter json)
    {
        json.BeginObject();
        Date(json, "@timestamp");
        Date(json, "time");
        Text(json, "output", MessageKeywordCharacters);
        foreach (var name in Texts)
        {
            Text(json, name, KeywordCharacters);
        }

        json.Name("output_fields");
        json.BeginObject();
        json.Name("properties");
        json.BeginObject();
        foreach (var name in Fields)
        {
            Text(json, name, KeywordCharacters);
        }

        json.EndObject();
        json.EndObject();
        json.EndObject();
    }

    private static void Date(GoJsonWriter json, string name)
    {
        json.Name(name);
        json.BeginObject();
        json.Name("type");
        json.Text("date");
        json.EndObject();
    }

    private static void Text(GoJsonWriter json, string name, int characters)
    {
        json.Name(name);
        json.BeginObject();
        json.Name("type");
        json.Text("text");
        json.Name("fields");
        json.BeginObject();
        json.Name("keyword");
        json.BeginObject();
        json.Name("type");
        json.Text("keyword");
        json.Name("ignore_above");
        json.Number(characters);
        json.EndObject();
        json.EndObject();
        json.EndObject();
    }
}
