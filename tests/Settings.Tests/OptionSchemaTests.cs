using Saker.Alerts;

namespace Saker.Settings.Tests;

public sealed class OptionSchemaTests
{
    [Fact]
    public void A_schema_tells_the_kind_of_each_key()
    {
        string[] expected =
        [
            "batching Section SampleBatching",
            "batchsize Scalar Int32 checked",
            "channel Scalar String",
            "checkcert Scalar Boolean",
            "extra Map String bare",
            "footer Scalar String",
            "headers Map Secret secret head",
            "labels Map String",
            "maxconcurrentrequests Scalar Int32 checked",
            "minimumpriority Scalar Priority emergency,alert,critical,error,warning,notice,informational,debug",
            "outputformat Scalar String all,text,fields",
            "paths List String",
            "timeout Scalar TimeSpan",
            "url Scalar Secret checked secret required",
            "useragent Scalar String head",
            "when Scalar String",
        ];
        Assert.Equal(expected, OptionSchema.For(typeof(SampleOptions)).Keys.Select(Told));
    }

    [Fact]
    public void Keys_are_named_by_their_record_and_their_attributes()
    {
        string[] expected =
        [
            "all_routes Sections BinderRoute",
            "bare_words List String checked",
            "how-many Scalar Int32",
            "inner Section BinderInner",
            "keys List Secret secret",
            "numbers List Int32",
            "password Scalar Secret secret",
            "weights Map Int32 checked",
        ];
        Assert.Equal(expected, OptionSchema.For(typeof(BinderOptions)).Keys.Select(Told));
    }

    [Fact]
    public void A_key_is_found_in_any_case_and_knows_its_default_and_its_property()
    {
        var schema = OptionSchema.For(typeof(SampleOptions));
        Assert.Equal(typeof(SampleOptions), schema.Type);
        var key = schema.Find("BatchSIZE");
        Assert.NotNull(key);
        Assert.Equal((10, 10), (key.Default, key.Property.GetValue(schema.CreateInstance())));
        Assert.Equal(typeof(SampleBatching), schema.Find("batching")?.Section.Type);
        Assert.Null(schema.Find("batch"));
    }

    [Theory]
    [InlineData("outputformat", " TEXT ", null, "text")]
    [InlineData("outputformat", "txt", "is not one of all, text, fields; did you mean 'text'?", "txt")]
    [InlineData("outputformat", "other", "is not one of all, text, fields.", "other")]
    [InlineData("channel", " Any ", null, " Any ")]
    public void A_text_that_takes_words_takes_no_other(string key, string text, string? problem, string becomes)
    {
        object? value = text;
        Assert.Equal(problem, OptionSchema.For(typeof(SampleOptions)).Find(key)!.NotOneOfTheWords(ref value));
        Assert.Equal(becomes, value);
    }

    [Fact]
    public void What_is_no_text_is_no_matter_of_words()
    {
        object? value = Priority.Alert;
        Assert.Null(OptionSchema.For(typeof(SampleOptions)).Find("minimumpriority")!.NotOneOfTheWords(ref value));
        Assert.Equal(Priority.Alert, value);
    }

    private static string Told(OptionKey key) => string.Join(
        ' ',
        new[]
        {
            key.Name, $"{key.Kind}", key.ValueType.Name, key.Checks.Count > 0 ? "checked" : "", key.IsSecret ? "secret" : "", key.IsRequired ? "required" : "",
            key.AllowsBareKeys ? "bare" : "", key.IsRequestHead ? "head" : "", string.Join(',', key.Words),
        }.Where(static word => word.Length > 0));
}
