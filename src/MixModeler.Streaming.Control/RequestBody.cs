using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MixModeler.Streaming.Operate;

namespace MixModeler.Streaming.Control;

/// <summary>What came with a request. Null means that the request has been answered: with what is wrong.</summary>
internal static class RequestBody
{
    // Four times the longest topology: JSON may escape it.
    public const int BytesMax = 2 * 1_024 * 1_024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static async Task<string?> TextAsync(HttpContext http)
    {
        byte[] bytes = await BytesAsync(http);
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            await Replies.ProblemAsync(http, StatusCodes.Status400BadRequest, "The body is not UTF-8 text.");
            return null;
        }
    }

    /// <param name="http">The request.</param>
    /// <param name="required">False: no body wishes nothing in particular.</param>
    public static async Task<ChangeWish?> WishAsync(HttpContext http, bool required)
    {
        byte[] bytes = await BytesAsync(http);
        if (bytes.Length == 0 && !required)
        {
            return new ChangeWish();
        }

        string? wrong;
        try
        {
            ChangeWish? wish = JsonSerializer.Deserialize(bytes, ControlDocumentJson.Default.ChangeWish);
            if (wish is not null)
            {
                return wish;
            }

            wrong = "null";
        }
        catch (JsonException malformed)
        {
            wrong = malformed.Message;
        }

        await Replies.ProblemAsync(
            http, StatusCodes.Status400BadRequest, $"The body is no {{\"text\" or \"version\", \"shadow\", \"allowLoss\", \"note\"}} in JSON: {wrong}");
        return null;
    }

    private static async Task<byte[]> BytesAsync(HttpContext http)
    {
        using MemoryStream body = new();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        return body.ToArray();
    }
}
