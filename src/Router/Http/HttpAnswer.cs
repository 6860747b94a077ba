using System.Globalization;
using System.Net.Mime;
using System.Text;

namespace Saker.Router.Http;

/// <summary>The answers as Falcosidekick words them.</summary>
internal static class HttpAnswer
{
    public const string PostOnly = "Please send with post http method";
    public const string InvalidBody = "Please send a valid request body";

    /// <summary>A line of text that says what is wrong.</summary>
    public static Task ErrorAsync(HttpContext context, int status, string sentence)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return TextAsync(context, status, "text/plain; charset=utf-8", sentence + "\n");
    }

    /// <summary>Asks the sender to come again.</summary>
    public static Task RetryAsync(HttpContext context, string reason, TimeSpan after)
    {
        context.Response.Headers.RetryAfter = Math.Ceiling(after.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, $"The alert cannot be kept at present ({reason}); please send it again");
    }

    public static Task JsonAsync(HttpContext context, int status, string json) => TextAsync(context, status, MediaTypeNames.Application.Json, json);

    public static Task JsonAsync(HttpContext context, int status, byte[] json) => BytesAsync(context, status, MediaTypeNames.Application.Json, json);

    public static Task TextAsync(HttpContext context, int status, string contentType, string text) =>
        BytesAsync(context, status, contentType, Encoding.UTF8.GetBytes(text));

    private static async Task BytesAsync(HttpContext context, int status, string contentType, byte[] bytes)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        if (context.Request.Method != HttpMethods.Head)
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
