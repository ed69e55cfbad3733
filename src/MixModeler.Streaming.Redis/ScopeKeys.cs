using System.Text;
using StackExchange.Redis;

namespace MixModeler.Streaming.Redis;

/// <summary>How keys of a scope are spelled: `{scope}:name`, so that one scope is one slot of a cluster.</summary>
internal static class ScopeKeys
{
    public static RedisKey Of(string scope, string name)
    {
        if (string.IsNullOrEmpty(scope) || scope.AsSpan().ContainsAny('{', '}'))
        {
            throw new ArgumentException($"A scope is a name without braces, not '{scope}'.", nameof(scope));
        }

        return Encoding.UTF8.GetBytes($"{{{scope}}}:{name}");
    }
}
